//! Adds an `eddsa-rdfc-2022` proof to a credential (VC Data Integrity §4.2, vc-di-eddsa §3.2.1).
