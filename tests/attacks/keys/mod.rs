//! The keys of the test: those in the key set of the server, and those of the attacker.

mod prime;
mod ring;
mod rsa;

pub(crate) mod der;

pub(crate) use ring::{GOOD_KID, KeyRing, SECOND_KID};
pub(crate) use rsa::RsaKey;
