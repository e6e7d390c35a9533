import { generateKeyPairSync, sign } from "node:crypto";

/** DER tags (X.690). */
const tags = { integer: 2, bitString: 3, oid: 6, utf8: 12, utcTime: 23, sequence: 48, set: 49 };

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2, and commonName, 2.5.4.3. */
const ecdsaWithSha256 = Buffer.from("2a8648ce3d040302", "hex");
const commonName = Buffer.from("550403", "hex");

/**
 * A fresh P-256 key and a certificate that it signed itself (RFC 5280 section 4.1), so that no key
 * lies in the repository and no program besides Node is needed. Good for nothing but this bench.
 *
 * @returns {{ key: string, cert: string }} PEM
 */
export function makeCertificate() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(der(tags.oid, ecdsaWithSha256));
  const attribute = sequence(der(tags.oid, commonName), der(tags.utf8, Buffer.from("bench")));
  const name = sequence(der(tags.set, attribute));
  const validity = sequence(
    der(tags.utcTime, Buffer.from("200101000000Z")),
    der(tags.utcTime, Buffer.from("491231235959Z")),
  );
  const publicKeyInfo = publicKey.export({ type: "spki", format: "der" });
  const serial = der(tags.integer, Buffer.of(1));
  const body = sequence(serial, algorithm, name, validity, name, publicKeyInfo);
  const signature = der(
    tags.bitString,
    Buffer.concat([Buffer.of(0), sign("sha256", body, privateKey)]),
  );
  const lines = sequence(body, algorithm, signature)
    .toString("base64")
    .match(/.{1,64}/g);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts) {
  return der(tags.sequence, Buffer.concat(parts));
}

function der(tag, content) {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 256) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 255), content]);
}
