//! Bytes that nearly are what they seem: seeds of real files, changed where readers look.

/// Random numbers of SplitMix64: the same seed gives the same inputs.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Numbers at which sizes, offsets and products overflow.
const EXTREMES: [u64; 12] =
    [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 1 << 60, 0x7fff_ffff_ffff_ffff, u64::MAX];

/// A seed with up to eight changes.
pub(crate) fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).clone();
    for _ in 0..=random.below(8) {
        change(random, &mut bytes, seeds);
    }
    // Nothing is learned from ever longer files.
    bytes.truncate(1 << 20);
    bytes
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let len = bytes.len();
    // Headers are where files say what they are.
    let reach = if random.below(2) == 0 { len.min(128) } else { len };
    let at = random.below(reach);
    match random.below(9) {
        0 if len > 0 => bytes[at] ^= 1 << random.below(8),
        1 if len > 0 => bytes[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff, b'9', b'-', b'\n']),
        2 => bytes.truncate(at),
        3 => {
            let end = (at + 1 + random.below(64)).min(len);
            bytes.drain(at.min(end)..end);
        }
        4 => {
            let end = (at + 1 + random.below(64)).min(len);
            let copy = bytes[at.min(end)..end].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => {
            let other = random.pick(seeds);
            let from = random.below(other.len());
            let end = (from + random.below(256)).min(other.len());
            let at = at.min(bytes.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        6 => number(random, bytes, at),
        7 => digits(random, bytes),
        _ => bytes.extend((0..random.below(32)).map(|i| u8::try_from(i * 7).unwrap_or(0))),
    }
}

/// Writes an extreme number of two, four or eight bytes, either end first.
fn number(random: &mut Random, bytes: &mut [u8], at: usize) {
    let size = *random.pick(&[2, 4, 8]);
    let value = random.pick(&EXTREMES).wrapping_add(random.next() % 3).wrapping_sub(1);
    let mut written = value.to_le_bytes()[..size].to_vec();
    if random.below(2) == 0 {
        written.reverse();
    }
    for (to, byte) in bytes.iter_mut().skip(at).zip(written) {
        *to = byte;
    }
}

/// Replaces a number that is written in digits, such as a size in a header, by an extreme one.
fn digits(random: &mut Random, bytes: &mut Vec<u8>) {
    let starts: Vec<usize> = (0..bytes.len().min(4096))
        .filter(|&i| bytes[i].is_ascii_digit() && (i == 0 || !bytes[i - 1].is_ascii_digit()))
        .collect();
    if starts.is_empty() {
        return;
    }
    let start = *random.pick(&starts);
    let length = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
    let text = random.pick(&EXTREMES).to_string();
    bytes.splice(start..start + length, text.into_bytes());
}

/// Mends the check sums of a PNG's chunks, so that what was changed is read and not refused for its sum.
pub(crate) fn mend_png(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(end) = at.checked_add(8 + length).filter(|&end| end + 4 <= bytes.len()) else {
            return;
        };
        let sum = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
        bytes[end..end + 4].copy_from_slice(&sum);
        at = end + 4;
    }
}
