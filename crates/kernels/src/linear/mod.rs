//! A fully connected layer.
