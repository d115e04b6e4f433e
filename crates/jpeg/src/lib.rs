//! JPEG to pixels, the same ones as libjpeg-turbo's, which Pillow calls.
//!
//! The standard (ITU-T T.81) fixes the coefficients of a file but leaves the rounding of the inverse cosine transform
//! open, and the enlarging of chroma unsaid. Here both are libjpeg's defaults: its accurate integer transform and its
//! triangle filter. So a photograph has one set of pixels whoever decodes it, and what the network says of it is
//! comparable.
//!
//! [`Jpeg::open`] reads a file up to its size, so that a caller can refuse it before anything is allocated for it;
//! [`Jpeg::decode`] goes on from there. Between them they go over the file's markers once. What is wrong with a file
//! is a [`Damage`], the end of a sentence; what is not decoded at all is a [`Refusal`] that names its kind.
//!
//! In the order of the bytes: `markers`, `extent` and `frame` are headers and tables, `bits` and `huffman` read codes,
//! a `scan` orders blocks, which `sequential` or `progressive` decode into coefficients, whose gaps `smoothing` fills;
//! then come `idct`, `upsample` and `color`, all for a `picture`.
//!
//! Decoded are baseline, extended sequential and progressive files of 8-bit samples with Huffman codes and one, three
//! or four components; not arithmetic codes, 12 bits, lossless and hierarchical files. Nothing is allocated that the number of bytes does not pay for: a block is coded by a bit at
//! least, and takes 64 samples.
//!
//! Invariant: the pixels are libjpeg-turbo's, byte for byte; what is of another kind is said to be, and not guessed.
#![forbid(unsafe_code)]

mod bits;
mod color;
mod damage;
mod extent;
mod file;
mod frame;
mod huffman;
mod idct;
mod markers;
mod picture;
mod plane;
mod progressive;
mod scan;
mod sequential;
mod smoothing;
mod standard;
mod upsample;

pub use damage::{Damage, Refusal};
pub use file::Jpeg;
