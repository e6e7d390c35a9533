import { programPeer } from "../terminal/programs.js";

export const peer = programPeer("weechat");
