//! Integers to bytes and back.
//!
//! Comes in: integers, or bytes that may be anything. Goes out: bytes, or integers that were checked. This crate knows
//! no posting, no term and no file: `store` gives the bytes their meaning.

pub mod bits;
pub mod bytes;
pub mod checksum;
mod error;
pub mod packed;
pub mod simd;
pub mod varint;

pub use error::Error;
