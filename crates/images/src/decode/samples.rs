//! Samples of any kind to 8-bit RGB, as Pillow converts them.

/// A level for every pixel of `N` bytes, three times.
pub(super) fn expand<const N: usize>(samples: &[u8], level: impl Fn([u8; N]) -> u8) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<N>();
    pixels.iter().flat_map(|&pixel| [level(pixel); 3]).collect()
}

/// Red, green and blue of every pixel of `N` bytes, at least three, in the same memory.
pub(super) fn narrow<const N: usize>(mut samples: Vec<u8>, rgb: impl Fn([u8; N]) -> [u8; 3]) -> Vec<u8> {
    let count = samples.len() / N;
    for i in 0..count {
        let mut pixel = [0; N];
        pixel.copy_from_slice(&samples[N * i..N * (i + 1)]);
        // Never beyond what was read: 3 <= N.
        samples[3 * i..3 * i + 3].copy_from_slice(&rgb(pixel));
    }
    samples.truncate(3 * count);
    samples.shrink_to_fit();
    samples
}

/// A level of 16 bits cut at 255: Pillow's conversion from its mode `I;16`.
pub(super) fn cut(level: u16) -> u8 {
    u8::try_from(level).unwrap_or(u8::MAX)
}

/// The colors of indices, by a palette; black is what it does not name.
pub(super) fn colors(indices: &[u8], palette: &[[u8; 3]]) -> Vec<u8> {
    indices.iter().flat_map(|&index| palette.get(usize::from(index)).copied().unwrap_or_default()).collect()
}
