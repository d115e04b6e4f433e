//! The nine numbers of a channel.

/// Each role's center activation on the picture optimised for each role (METHOD.md, section 3).
///
/// The first letter is the role that is read, the second the role the picture was optimised for: `o_i` is O(I), the
/// Output's activation on the Input's picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NineActivations {
    /// O(O): Output on its own picture.
    pub o_o: f64,
    /// I(O): Input on the Output's picture.
    pub i_o: f64,
    /// B(O): Block on the Output's picture.
    pub b_o: f64,
    /// O(I): Output on the Input's picture.
    pub o_i: f64,
    /// I(I): Input on its own picture.
    pub i_i: f64,
    /// B(I): Block on the Input's picture.
    pub b_i: f64,
    /// O(B): Output on the Block's picture.
    pub o_b: f64,
    /// I(B): Input on the Block's picture.
    pub i_b: f64,
    /// B(B): Block on its own picture.
    pub b_b: f64,
}
