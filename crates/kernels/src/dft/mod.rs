//! The inverse real 2-D discrete Fourier transform.
