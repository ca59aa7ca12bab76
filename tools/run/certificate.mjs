// A certificate for this machine, signed by itself: made once, for who tries things out over https.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

import { finishQuietly } from "./children.mjs";

/** The key and the certificate in `folder`, which this process believes from now on. It takes openssl to make them. */
export async function ownCertificate(folder) {
  const certificate = { key: join(folder, "key.pem"), file: join(folder, "certificate.pem") };
  if (!existsSync(certificate.file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await finishQuietly(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "825"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        ...["-keyout", certificate.key, "-out", certificate.file],
      ],
      "no certificate could be made: is openssl installed?",
    );
  }
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(certificate.file, "utf8")]);
  return certificate;
}
