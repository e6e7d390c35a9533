import { createServer } from "node:net";

const channel = "#bench";

/** As much of an IRC server as one client needs to sit in one channel and be told lines (RFC 2812). */
export class IrcServer {
  #server;
  #socket;

  /** Gives the port. */
  async listen(host) {
    this.#server = createServer((socket) => this.#accept(socket));
    await new Promise((resolve) => this.#server.listen(0, host, resolve));
    return this.#server.address().port;
  }

  /** Tells the lines in one write. */
  tell(lines) {
    this.#socket?.write(
      lines.map(({ nick, text }) => `:${nick}!u@h PRIVMSG ${channel} :${text}\r\n`).join(""),
    );
  }

  close() {
    this.#socket?.destroy();
    this.#server.close();
  }

  #accept(socket) {
    this.#socket = socket.setNoDelay(true);
    socket.on("error", () => undefined);
    let rest = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      const lines = (rest + chunk).split("\r\n");
      rest = lines.pop();
      for (const line of lines) this.#handle(line);
    });
  }

  #handle(line) {
    const [command, word] = line.split(" ");
    const say = (text) => this.#socket.write(`${text}\r\n`);
    switch (command.toUpperCase()) {
      case "USER":
        say(":bench 001 me :Welcome");
        say(":bench 005 me CHANTYPES=# :are supported by this server");
        say(":bench 376 me :End of /MOTD command.");
        break;
      case "PING":
        say(`:bench PONG bench ${word}`);
        break;
      case "JOIN":
        say(`:me!u@h JOIN ${channel}`);
        say(`:bench 353 me = ${channel} :me ${speakers.join(" ")}`);
        say(`:bench 366 me ${channel} :End of /NAMES list.`);
        break;
    }
  }
}

/** Who speaks. */
export const speakers = ["ann", "bob", "carol", "dave"];
