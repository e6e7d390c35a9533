import { accountKeyBytes, wrappedKeyBytes } from "./account-key.ts";
import { type Certificate, signatureBytes } from "./certificate.ts";
import {
  deviceNameLengthMax,
  devicesMax,
  invitationMsMax,
  invitationUsesMax,
  profileLengthMax,
  registrationsMax,
} from "./limits.ts";
import { opaqueBytes } from "./opaque-port.ts";
import {
  bytes,
  flag,
  id,
  line,
  list,
  mark,
  name,
  object,
  optional,
  person,
  range,
  ref,
  type Schema,
  type SchemaTable,
  tagged,
  variant,
  whole,
  word,
} from "./schema.ts";

/** What a password opens. */
export type PasswordSubject =
  | { readonly type: "account"; readonly nick: string }
  | { readonly type: "room"; readonly room: string };

/** What a person may do on the whole server. */
export type ServerRole = "owner" | "admin";

/** What a person tells of itself; each part may be empty. */
export interface Profile {
  readonly name: string;
  /** What they do, or where they sit. */
  readonly role: string;
  readonly text: string;
}

/** Makes a guest's nickname an account of its own; answered by `Registered`. */
export interface Register {
  readonly type: "register";
  readonly ref: number;
  /** 32 bytes, Ed25519. */
  readonly accountKey: Uint8Array;
  /** By that key, for the device that asks. */
  readonly certificate: Certificate;
  /** What the device is called. */
  readonly device: string;
  /** Needed where not everybody may register. */
  readonly invitation?: string;
}

/** First step towards a new password of the own account, or of a room; answered by `PasswordAnswer`. */
export interface StartPassword {
  readonly type: "start-password";
  readonly ref: number;
  readonly room?: string;
  readonly request: Uint8Array;
}

/** The new password, as what the server keeps of it; answered by `Done`. */
export interface SetPassword {
  readonly type: "set-password";
  readonly ref: number;
  readonly room?: string;
  /** There is no password any more without it. */
  readonly record?: Uint8Array;
  /** The account's key, sealed under the new password; with every record of an account. */
  readonly wrappedKey?: Uint8Array;
}

/** First step of proving a password; answered by `LoginAnswer`. */
export interface StartLogin {
  readonly type: "start-login";
  readonly ref: number;
  readonly subject: PasswordSubject;
  readonly request: Uint8Array;
}

/** The proof; answered by `LoggedIn`. */
export interface FinishLogin {
  readonly type: "finish-login";
  readonly ref: number;
  readonly finish: Uint8Array;
  /** Proves that it was said on this connection. */
  readonly binding: Uint8Array;
}

/** Makes the device that asks one of the account whose password it has just proven. */
export interface Certify {
  readonly type: "certify";
  readonly ref: number;
  readonly certificate: Certificate;
  readonly device: string;
}

/** Which devices the own account has, answered by `Devices`. */
export interface ListDevices {
  readonly type: "devices";
  readonly ref: number;
}

/** Takes a device away from the own account; answered by `Done`. */
export interface RevokeDevice {
  readonly type: "revoke-device";
  readonly ref: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Ends the own account; answered by `Done`. */
export interface DeleteAccount {
  readonly type: "delete-account";
  readonly ref: number;
}

/** What others may know of the own account, as far as it is given; answered by `Done`. */
export interface SetProfile extends Partial<Profile> {
  readonly type: "set-profile";
  readonly ref: number;
  /** Whether others may know what it has read. */
  readonly isReadShared?: boolean;
}

/** Makes an invitation with which one may register; answered by `Registration`. */
export interface MakeRegistration {
  readonly type: "make-registration";
  readonly ref: number;
  /** How often it may be used. */
  readonly uses: number;
  readonly durationMs: number;
}

/** Which invitations to register are open, answered by `Registrations`. */
export interface ListRegistrations {
  readonly type: "registrations";
  readonly ref: number;
}

/** Makes all invitations to register useless; answered by `Done`. */
export interface RevokeRegistrations {
  readonly type: "revoke-registrations";
  readonly ref: number;
}

/** The session is the account's now. */
export interface Registered {
  readonly type: "registered";
  readonly ref: number;
  readonly person: string;
}

export interface PasswordAnswer {
  readonly type: "password-answer";
  readonly ref: number;
  readonly response: Uint8Array;
}

export interface LoginAnswer {
  readonly type: "login-answer";
  readonly ref: number;
  readonly response: Uint8Array;
}

/** The password is right: a room may be joined now, and for an account `certify` may follow. */
export interface LoggedIn {
  readonly type: "logged-in";
  readonly ref: number;
  /** Proves that the server of this connection knows the password's record. */
  readonly binding: Uint8Array;
  /** Of an account. */
  readonly person?: string;
  readonly wrappedKey?: Uint8Array;
  /** What the account may do on the whole server. */
  readonly role?: ServerRole;
}

/** A device of the own account. */
export interface DeviceSummary {
  readonly key: Uint8Array;
  readonly name: string;
  readonly addedAt: number;
  readonly lastSeenAt: number;
  /** It is the one that asks. */
  readonly isOwn?: true;
}

export interface Devices {
  readonly type: "devices";
  readonly ref: number;
  readonly devices: readonly DeviceSummary[];
  /** A new device can log in by itself. */
  readonly hasPassword: boolean;
}

/** The secret to be handed on. */
export interface Registration {
  readonly type: "registration";
  readonly ref: number;
  readonly invitation: string;
}

/** An invitation to register that is open. */
export interface OpenRegistration {
  /** Who made it. */
  readonly by: string;
  /** How often it may still be used. */
  readonly uses: number;
  readonly until: number;
}

export interface Registrations {
  readonly type: "registrations";
  readonly ref: number;
  readonly registrations: readonly OpenRegistration[];
}

/** What may be said before `Hello`. */
export type LoginRequest = StartLogin | FinishLogin | Certify;

export type AccountRequest =
  | LoginRequest
  | Register
  | StartPassword
  | SetPassword
  | ListDevices
  | RevokeDevice
  | DeleteAccount
  | SetProfile
  | MakeRegistration
  | ListRegistrations
  | RevokeRegistrations;

export type AccountReply =
  | Registered
  | PasswordAnswer
  | LoginAnswer
  | LoggedIn
  | Devices
  | Registration
  | Registrations;

export const serverRole: Schema<ServerRole> = word(["owner", "admin"]);

const accountKey = bytes(accountKeyBytes);
const deviceKey = bytes(32);
const wrappedKey = bytes(wrappedKeyBytes);
const binding = bytes(opaqueBytes.binding);
const deviceName: Schema<string> = line(deviceNameLengthMax);
const profileLine: Schema<string> = line(profileLengthMax);

/** A certificate, off the wire or off the disk. */
export const certificate: Schema<Certificate> = object<Certificate>({
  issuedAt: whole,
  signature: bytes(signatureBytes),
});

/** A profile, off the wire or off the disk. */
export const profile: Schema<Profile> = object<Profile>({
  name: profileLine,
  role: profileLine,
  text: profileLine,
});

const subject: Schema<PasswordSubject> = variant<PasswordSubject>({
  account: tagged("account", { nick: name }),
  room: tagged("room", { room: name }),
});

export const accountRequests: SchemaTable<AccountRequest> = {
  register: tagged<Register>("register", {
    ref,
    accountKey,
    certificate,
    device: deviceName,
    invitation: optional(id),
  }),
  "start-password": tagged<StartPassword>("start-password", {
    ref,
    room: optional(name),
    request: bytes(opaqueBytes.registrationRequest),
  }),
  "set-password": tagged<SetPassword>("set-password", {
    ref,
    room: optional(name),
    record: optional(bytes(opaqueBytes.record)),
    wrappedKey: optional(wrappedKey),
  }),
  "start-login": tagged<StartLogin>("start-login", {
    ref,
    subject,
    request: bytes(opaqueBytes.loginRequest),
  }),
  "finish-login": tagged<FinishLogin>("finish-login", {
    ref,
    finish: bytes(opaqueBytes.loginFinish),
    binding,
  }),
  certify: tagged<Certify>("certify", { ref, certificate, device: deviceName }),
  devices: tagged<ListDevices>("devices", { ref }),
  "revoke-device": tagged<RevokeDevice>("revoke-device", { ref, key: deviceKey }),
  "delete-account": tagged<DeleteAccount>("delete-account", { ref }),
  "set-profile": tagged<SetProfile>("set-profile", {
    ref,
    name: optional(profileLine),
    role: optional(profileLine),
    text: optional(profileLine),
    isReadShared: optional(flag),
  }),
  "make-registration": tagged<MakeRegistration>("make-registration", {
    ref,
    uses: range(1, invitationUsesMax),
    durationMs: range(1, invitationMsMax),
  }),
  registrations: tagged<ListRegistrations>("registrations", { ref }),
  "revoke-registrations": tagged<RevokeRegistrations>("revoke-registrations", { ref }),
};

export const accountReplies: SchemaTable<AccountReply> = {
  registered: tagged<Registered>("registered", { ref, person }),
  "password-answer": tagged<PasswordAnswer>("password-answer", {
    ref,
    response: bytes(opaqueBytes.registrationResponse),
  }),
  "login-answer": tagged<LoginAnswer>("login-answer", {
    ref,
    response: bytes(opaqueBytes.loginResponse),
  }),
  "logged-in": tagged<LoggedIn>("logged-in", {
    ref,
    binding,
    person: optional(person),
    wrappedKey: optional(wrappedKey),
    role: optional(serverRole),
  }),
  devices: tagged<Devices>("devices", {
    ref,
    devices: list(
      object<DeviceSummary>({
        key: deviceKey,
        name: deviceName,
        addedAt: whole,
        lastSeenAt: whole,
        isOwn: optional(mark),
      }),
      devicesMax,
    ),
    hasPassword: flag,
  }),
  registration: tagged<Registration>("registration", { ref, invitation: id }),
  registrations: tagged<Registrations>("registrations", {
    ref,
    registrations: list(
      object<OpenRegistration>({ by: name, uses: whole, until: whole }),
      registrationsMax,
    ),
  }),
};
