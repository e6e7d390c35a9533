/** What we take of @homebridge/ciao, which may be missing also where this is compiled. */
declare module "@homebridge/ciao" {
  export interface Responder {
    createService(options: ServiceOptions): { advertise(): Promise<void> };
    /** Says goodbye on every adapter; to be called once. */
    shutdown(): Promise<void>;
  }

  export interface ServiceOptions {
    readonly name: string;
    readonly hostname: string;
    readonly port: number;
    readonly type: string;
    readonly protocol: "tcp" | "udp";
    readonly txt: Readonly<Record<string, string>>;
  }

  /** Only adapters of these names are used. */
  export function getResponder(options: { readonly interface: readonly string[] }): Responder;
}
