//! The whole file: written, opened, damaged, cut, and crashed.

mod crash;
mod damage;
mod disk;
mod failure;
mod fixture;
mod recording;
mod whole;
