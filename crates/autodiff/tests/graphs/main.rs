//! Random graphs: what a plan fuses, leaves out, shares between threads or keeps in one buffer after the other changes
//! no bit of a value or a gradient.

mod alone;
mod coverage;
mod gradients;
mod pass;
mod random;
mod values;
