//! A shortcut without parameters: every second row and column, and zero channels before and after.

use crate::Map;

/// Every `stride`-th row and column of `[H, W, C]`, with zero channels so that there are `channels`, `before` of them before the others.
///
/// `y[i, j, c] = x[stride i, stride j, c - before]` where that is a channel of x, else 0; as many i and j as there are multiples of
/// the stride below H and W.
///
/// # Panics
/// If there are fewer channels than the input's and those before.
pub fn pad_channels(x: &Map, stride: usize, before: usize, channels: usize) -> Map {
    assert!(channels >= before + x.channels, "{channels} channels of {before} and {}", x.channels);
    let rows = (0..x.height).filter(|i| i % stride == 0).count();
    let columns = (0..x.width).filter(|j| j % stride == 0).count();
    let mut y = Map::zeros((rows, columns, channels));
    for i in 0..rows {
        for j in 0..columns {
            for c in 0..x.channels {
                *y.at_mut(i, j, before + c) = x.at(stride * i, stride * j, c);
            }
        }
    }
    y
}

/// Its adjoint: the gradient of what it reads, of `shape` `(H, W, C)`.
///
/// `dx[i, j, c] = dy[i / stride, j / stride, before + c]` where i and j are multiples of the stride, else 0.
pub fn pad_channels_adjoint(dy: &Map, stride: usize, before: usize, shape: (usize, usize, usize)) -> Map {
    Map::from_fn(shape, |i, j, c| {
        if i % stride == 0 && j % stride == 0 { dy.at(i / stride, j / stride, before + c) } else { 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_pytorch_makes_of_slices_and_zeros() {
        // torch.nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1)) of x = arange(1, 13).reshape(1, 2, 2, 3).
        let x = Map::from_fn((2, 3, 2), |i, j, c| (1 + c * 6 + i * 3 + j) as f64);
        let y = pad_channels(&x, 2, 1, 4);
        assert_eq!((y.shape(), &y.data[..]), ((1, 2, 4), &[0.0, 1.0, 7.0, 0.0, 0.0, 3.0, 9.0, 0.0][..]));
    }

    #[test]
    fn the_adjoint_is_one() {
        for (height, width, stride) in [(1, 1, 2), (4, 5, 2), (7, 3, 3), (2, 2, 1)] {
            let x = Map::from_fn((height, width, 2), |i, j, c| (i * 7 + j * 3 + c) as f64);
            let y = pad_channels(&x, stride, 1, 5);
            let dy = Map::from_fn(y.shape(), |i, j, c| (3 + i * 5 + j * 11 + c * 2) as f64);
            let dx = pad_channels_adjoint(&dy, stride, 1, x.shape());
            // Whole numbers: every product and sum is exact.
            let dot = |a: &Map, b: &Map| a.data.iter().zip(&b.data).map(|(a, b)| a * b).sum::<f64>();
            assert_eq!(dot(&y, &dy), dot(&x, &dx));
        }
    }
}
