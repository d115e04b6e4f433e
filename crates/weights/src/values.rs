//! From bytes to finite single-precision values, through a buffer of fixed size.

use std::io::{self, Read};

use crate::element::Element;
use crate::fault::TensorFault;
use crate::layout::{Layout, along_each_dimension};

/// Bytes that are read at a time; a multiple of every element's size.
const BUFFER: usize = 1 << 16;

/// Values in C order, or what is wrong with the first one that is no single-precision number.
pub(crate) type Values = Result<Vec<f32>, TensorFault>;

/// Reads an array from a reader that stands at its storage's first element.
///
/// Nothing but the values is allocated, and a buffer. Where elements overlap, the part of the storage that they share is
/// held too. The caller has compared the layout with the bytes that are there.
pub(crate) fn read(reader: &mut dyn Read, element: Element, layout: &Layout) -> io::Result<Values> {
    let (Some(count), Some(end)) = (layout.count(), layout.end()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    if count == 0 {
        return Ok(Ok(Vec::new()));
    }
    let mut storage = Storage { reader, element, buffer: vec![0; BUFFER], begin: 0, end: 0, length: end };
    let mut collected = Collected::default();
    let mut values;
    if layout.is_contiguous() {
        values = Vec::with_capacity(count);
        storage.skip_to(layout.offset())?;
        while storage.end < end {
            element.each(storage.refill()?, |exact| {
                collected.see(values.len(), exact);
                values.push(nearest(exact));
            });
        }
    } else if layout.walks_forward() {
        values = vec![0.0; count];
        for (position, index) in layout.walk() {
            let exact = storage.at(position)?;
            collected.see(index, exact);
            values[index] = nearest(exact);
        }
    } else {
        let shared = shared(&mut storage, layout.offset())?;
        values = vec![0.0; count];
        for (position, index) in layout.walk() {
            let exact = shared[position - layout.offset()];
            collected.see(index, exact);
            values[index] = nearest(exact);
        }
    }
    Ok(collected.fault(layout.shape()).map_or(Ok(values), Err))
}

/// Everything from an offset on, exactly.
fn shared(storage: &mut Storage<'_>, offset: usize) -> io::Result<Vec<f64>> {
    let mut shared = Vec::with_capacity(storage.length - offset);
    storage.skip_to(offset)?;
    while storage.end < storage.length {
        let element = storage.element;
        element.each(storage.refill()?, |exact| shared.push(exact));
    }
    Ok(shared)
}

/// A storage that is read forward, and the piece of it that is in memory: elements `begin..end`.
struct Storage<'a> {
    reader: &'a mut dyn Read,
    element: Element,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    length: usize,
}

impl Storage<'_> {
    /// Forgets what is in memory, and goes forward.
    fn skip_to(&mut self, position: usize) -> io::Result<()> {
        let bytes = ((position - self.end) as u64).saturating_mul(self.element.size() as u64);
        let skipped = io::copy(&mut (&mut *self.reader).take(bytes), &mut io::sink())?;
        if skipped < bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (self.begin, self.end) = (position, position);
        Ok(())
    }

    /// The next elements, as many as there is room for.
    fn refill(&mut self) -> io::Result<&[u8]> {
        let size = self.element.size();
        let count = (self.length - self.end).min(BUFFER / size);
        let bytes = &mut self.buffer[..count * size];
        self.reader.read_exact(bytes)?;
        (self.begin, self.end) = (self.end, self.end + count);
        Ok(bytes)
    }

    /// An element, none of which is before the one asked for last.
    fn at(&mut self, position: usize) -> io::Result<f64> {
        if position >= self.end {
            self.skip_to(position)?;
            self.refill()?;
        }
        Ok(self.element.first(&self.buffer[(position - self.begin) * self.element.size()..]))
    }
}

/// The first element, in C order, that is no single-precision number.
#[derive(Debug, Default)]
struct Collected {
    wrong: Option<(usize, f64)>,
}

impl Collected {
    fn see(&mut self, index: usize, exact: f64) {
        if !nearest(exact).is_finite() && self.wrong.is_none_or(|(first, _)| index < first) {
            self.wrong = Some((index, exact));
        }
    }

    fn fault(&self, shape: &[usize]) -> Option<TensorFault> {
        let (index, found) = self.wrong?;
        let index = along_each_dimension(shape, index);
        // The file may well hold a number, but one beyond single precision.
        Some(if found.is_finite() {
            TensorFault::Overflow { index, found }
        } else {
            TensorFault::NotFinite { index, found }
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to nearest is what is asked for; overflow becomes infinite and is reported"
)]
fn nearest(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Dtype;
    use proptest::prelude::*;

    fn bytes(count: u16) -> Vec<u8> {
        (0..count).flat_map(|i| f32::from(i).to_le_bytes()).collect()
    }

    fn of(layout: &Layout, bytes: &[u8]) -> io::Result<Values> {
        read(&mut &bytes[..], Element::little(Dtype::Float32), layout)
    }

    proptest! {
        #[test]
        fn every_layout_reads_what_its_formula_says(
            axes in prop::collection::vec((0..6_usize, 0..9_usize), 0..4), offset in 0..20_usize, large: bool,
        ) {
            let (shape, mut strides): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
            if large {
                // Beyond the buffer.
                strides.iter_mut().for_each(|stride| *stride *= 1_777);
            }
            let layout = Layout::new(shape.clone(), strides.clone(), offset).unwrap();
            let (count, end) = (layout.count().unwrap(), layout.end().unwrap());
            prop_assume!(end < usize::from(u16::MAX));
            let values = of(&layout, &bytes(u16::try_from(end).unwrap())).unwrap().unwrap();
            let expected = (0..count).map(|i| {
                let along = along_each_dimension(&shape, i);
                (offset + along.iter().zip(&strides).map(|(i, stride)| i * stride).sum::<usize>()) as f32
            });
            prop_assert_eq!(values, expected.collect::<Vec<_>>());
            // A storage that ends too early.
            if count > 0 {
                prop_assert!(of(&layout, &bytes(u16::try_from(end - 1).unwrap())).is_err());
            }
        }
    }

    #[test]
    fn the_first_wrong_value_in_c_order_is_named_whatever_the_order_of_the_storage() {
        let mut storage = bytes(6);
        storage[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
        storage[8..12].copy_from_slice(&f32::INFINITY.to_le_bytes());
        let fault = |strides: &[usize]| {
            let layout = Layout::new(vec![3, 2], strides.to_vec(), 0).unwrap();
            of(&layout, &storage).unwrap().unwrap_err()
        };
        let index = |fault| match fault {
            TensorFault::NotFinite { index, .. } => index,
            other => panic!("{other}"),
        };
        assert_eq!(index(fault(&[2, 1])), [0, 1]);
        assert_eq!(index(fault(&[1, 3])), [1, 0]);
        assert_eq!(index(fault(&[1, 1])), [0, 1]);
    }
}
