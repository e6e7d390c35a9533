/** How moments (milliseconds since 1970) are written on the screen. */
export interface TimeFormat {
  /** `09:31` */
  time(at: number): string;
  /** Cells of the longest time; 5 when absent. */
  readonly timeCells?: number;
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
    if (Number.isNaN(date.getTime())) return "unknown day";
    return `${days[date.getDay()]} ${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}`;
  },
};

/** The same with times as `9:31p`. */
export function twelveHours(format: TimeFormat): TimeFormat {
  return {
    date: (at) => format.date(at),
    time: (at) => {
      const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(format.time(at)) ?? [];
      if (hours === undefined || minutes === undefined) return format.time(at);
      return `${Number(hours) % 12 || 12}:${minutes}${Number(hours) < 12 ? "a" : "p"}`;
    },
    timeCells: 6,
  };
}

function twoDigits(value: number): string {
  return Number.isNaN(value) ? "--" : String(value).padStart(2, "0");
}
