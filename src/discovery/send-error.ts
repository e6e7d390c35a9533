/** What the system means by an error of sending, in words for people. */
const texts: Readonly<Record<string, string>> = {
  EACCES: "the system forbids broadcasts, or a firewall does",
  EPERM: "a firewall on this computer forbids it",
  ENETUNREACH: "no route leads there, the adapter is down or has lost its address",
  EHOSTUNREACH: "the host does not answer on its link",
  ENETDOWN: "the adapter is down",
  ENODEV: "the adapter was taken away, or has come back as another one",
  EADDRNOTAVAIL: "the address is not ready yet, or gone",
  EADDRINUSE: "the port is taken",
  ECONNREFUSED: "nothing listens there",
  EMSGSIZE: "the datagram is too long for this link",
  ENOBUFS: "the adapter takes no more now",
  EINVAL: "the address is not one that this adapter can send to",
  EAFNOSUPPORT: "this system does not speak that family of addresses",
};

/** The code of a system error in words, with the code for those who know it. */
export function sendErrorText(code: string): string {
  const text = texts[code];
  return text === undefined ? code : `${text} (${code})`;
}
