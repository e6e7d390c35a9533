/** How moments (milliseconds since 1970) are written on the screen. */
export interface TimeFormat {
  /** `09:31` */
  time(at: number): string;
  /** `Fri 20 Nov 2026` */
  date(at: number): string;
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** In the time zone of this machine. */
export const localTimeFormat: TimeFormat = {
  time: (at) => {
    const date = new Date(at);
    return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  },
  date: (at) => {
    const date = new Date(at);
    return dateText(date.getDay(), date.getDate(), date.getMonth(), date.getFullYear());
  },
};

/** In UTC, for pictures that must not depend on where they are drawn. */
export const utcTimeFormat: TimeFormat = {
  time: (at) => {
    const date = new Date(at);
    return `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
  },
  date: (at) => {
    const date = new Date(at);
    return dateText(date.getUTCDay(), date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear());
  },
};

function twoDigits(value: number): string {
  return Number.isNaN(value) ? "--" : String(value).padStart(2, "0");
}

function dateText(day: number, date: number, month: number, year: number): string {
  if (Number.isNaN(year)) return "unknown day";
  return `${days[day]} ${date} ${months[month]} ${year}`;
}
