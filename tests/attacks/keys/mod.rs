//! The keys of the test: those the server is given, and the attacker's.

mod prime;
mod ring;
mod rsa;

pub(crate) mod der;

pub(crate) use ring::{GOOD_KID, KeyRing, SECOND_KID};
pub(crate) use rsa::RsaKey;
