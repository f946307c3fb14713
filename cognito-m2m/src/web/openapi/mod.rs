//! The traits of OpenAPI generators, for the handler arguments of this crate.
//!
//! None of these arguments is a parameter of the operation, so none of them adds anything to the
//! document.

#[cfg(feature = "apistos")]
mod apistos;
#[cfg(feature = "paperclip")]
mod paperclip;
