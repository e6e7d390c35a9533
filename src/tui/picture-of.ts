import { changedPicture } from "./changed-view.ts";
import { isTooSmall, smallestSize } from "./layout.ts";
import { nicknamePicture } from "./nickname-view.ts";
import { overlayPicture } from "./overlay-view.ts";
import { pickerPicture } from "./picker-view.ts";
import type { Picture, Size } from "./picture.ts";
import { roomPicture } from "./room-view.ts";
import { span } from "./row.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** What the terminal shows for this state. */
export function pictureOf(state: ViewState): Picture {
  return { ...contentOf(state), base: state.settings.theme.base };
}

function contentOf(state: ViewState): Picture {
  const { screen, size, overlay } = state;
  if (isTooSmall(size)) return tooSmallPicture(size);
  if (overlay !== undefined) return overlayPicture(state, overlay);
  switch (screen.type) {
    case "picker":
      return pickerPicture(state, screen);
    case "nickname":
      return nicknamePicture(state, screen);
    case "changed":
      return changedPicture(state, screen);
    case "room":
      return roomPicture(state, screen);
  }
}

function tooSmallPicture(size: Size): Picture {
  const { columns, rows } = smallestSize;
  const lines = ["too small:", `${columns}x${rows} needed`, `${size.columns}x${size.rows} is here`];
  return { rows: lines.slice(0, size.rows).map((line) => [span(clip(line, size.columns, ""))]) };
}
