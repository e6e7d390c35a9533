/** What an adapter leads to, as far as it can be told. */
export type AdapterKind =
  | "wired"
  | "wifi"
  | "vpn"
  | "container"
  | "hyper-v"
  | "wsl"
  | "virtual"
  | "loopback"
  | "unknown";

/**
 * The names that systems and programs give to adapters, the first that fits. Names are a convention
 * and no promise, so nothing is decided by them but what to show first and what to suspect.
 */
const kindsByName: readonly (readonly [RegExp, AdapterKind])[] = [
  [/^lo\d*$|^loopback/i, "loopback"],
  [/\bwsl\b/i, "wsl"],
  [/^vethernet|hyper-v/i, "hyper-v"],
  [
    /^(tun|tap|utun|wg|ppp|ipsec|zt|gpd|nordlynx|tailscale)|vpn|wireguard|anyconnect|zerotier/i,
    "vpn",
  ],
  [/^(docker|podman|cni|cali|flannel|lxc|lxd|veth|br-[0-9a-f]{12}$)/i, "container"],
  [
    /^(vbox|vmnet|virbr|vnet|macvtap|bridge\d|awdl|llw|anpi|ap\d|dummy|ifb)|virtualbox|vmware|bluetooth/i,
    "virtual",
  ],
  [/^(wl|wifi|wi-fi|ath\d|ra\d)|wireless|wlan/i, "wifi"],
  [/^(en|eth|em\d|lan|usb|enx|ethernet)/i, "wired"],
];

/** What Linux calls the drivers of adapters that are none of hardware (`ip -details link`). */
const kindsByDriver: Readonly<Record<string, AdapterKind>> = {
  tun: "vpn",
  wireguard: "vpn",
  ppp: "vpn",
  gre: "vpn",
  ipip: "vpn",
  sit: "vpn",
  vti: "vpn",
  xfrm: "vpn",
  bridge: "virtual",
  dummy: "virtual",
  ifb: "virtual",
  macvlan: "virtual",
  ipvlan: "virtual",
  vxlan: "virtual",
};

/** The kind of an adapter by its name, and by its driver where Linux names one. */
export function adapterKind(name: string, driver?: string): AdapterKind {
  const byName = kindsByName.find(([pattern]) => pattern.test(name))?.[1];
  // A bridge of containers is called so; a name says more than that it is a bridge.
  const byDriver = driver === undefined ? undefined : kindsByDriver[driver];
  if (byDriver === undefined) return byName ?? "unknown";
  return byName === "container" || byName === "wsl" ? byName : byDriver;
}

/** The kind as it is told to people. */
export const kindText: Readonly<Record<AdapterKind, string>> = {
  wired: "wired",
  wifi: "Wi-Fi",
  vpn: "VPN",
  container: "of containers",
  "hyper-v": "of Hyper-V",
  wsl: "of WSL",
  virtual: "virtual",
  loopback: "this computer only",
  unknown: "of unknown kind",
};

const order: readonly AdapterKind[] = [
  "wired",
  "wifi",
  "unknown",
  "virtual",
  "vpn",
  "hyper-v",
  "wsl",
  "container",
  "loopback",
];

/** The adapters with those first on which people are: what to print, and what to advise. */
export function bestFirst<T extends { readonly name: string }>(
  adapters: readonly T[],
): readonly T[] {
  const rank = ({ name }: T) => order.indexOf(adapterKind(name));
  return adapters.toSorted((a, b) => rank(a) - rank(b));
}
