// Credentials to start from.

import { credentialsV2, openBadges303 } from "./contexts.mjs";

/** The smallest unsigned badge; `members` stand beside or in place of its own. */
export function badge(issuer, members = {}) {
  return {
    "@context": [credentialsV2, openBadges303],
    id: "urn:uuid:0d6f7c1e-0d58-4c8e-9a53-5b1f1f9f0c11",
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    name: "Bicycle repair",
    issuer: { id: issuer, type: ["Profile"], name: "Velowerkstatt" },
    validFrom: "2026-01-15T09:00:00Z",
    credentialSubject: {
      id: "did:example:somebody",
      type: ["AchievementSubject"],
      achievement: {
        id: "https://badges.example/achievements/bicycle-repair",
        type: ["Achievement"],
        name: "Bicycle repair",
        description: "Keeps a bicycle running.",
        criteria: { narrative: "Repaired three bicycles." },
      },
    },
    ...members,
  };
}
