//! The order of every sum, to the bit: each kernel against one scalar after the other, as its documentation says; and
//! where it leaves the order to the code, the bits that there are.

mod bits;
mod convolutions;
mod lengths;
mod maxima;
mod others;
mod refusals;
