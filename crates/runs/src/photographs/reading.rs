//! The images of a folder, and the center activations of every studied block for them.

use super::rows::{Rows, RowsWriter};
use super::scan::{Kept, Listing, OfAll, Scan};
use crate::error::RunError;
use crate::output::Output;
use crate::plan::Study;
use crate::progress::{Event, Observer};
use crate::source::Loaded;
use crate::store::ImageDigest;
use analysis::Ranked;
use report::{ImageDigests, ImagesRecord, layout};
use resnet::{Architecture, Block, Extent, Isa, Role, Site, View};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;

/// Images at either end.
pub(super) const NINE: usize = 9;

/// Where the values of each site are among those of an image.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(super) of_sites: Vec<(Site, Range<usize>)>,
    architecture: Architecture,
}

/// The images that could be read, and the center activations of every studied block for them.
#[derive(Debug)]
pub(crate) struct Photographs {
    pub(super) entries: Listing,
    pub(super) columns: Columns,
    /// The center activations of each site, in the order of the columns.
    rows: Vec<Rows>,
    /// The images at either end of each column.
    ends: Vec<Ends>,
}

/// The images with the largest and the smallest center activations of a column.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    pub(super) top: Ranked,
    pub(super) bottom: Ranked,
}

impl Columns {
    fn of(scan: &Scan<'_>) -> Result<Columns, RunError> {
        let (mut columns, mut from) = (Vec::new(), 0);
        for &(site, shape) in scan.reader()?.shapes() {
            columns.push((site, from..from + shape.channels));
            from += shape.channels;
        }
        Ok(Columns { of_sites: columns, architecture: scan.loaded.architecture().clone() })
    }

    /// Which of the sites a role of a block is read at; all of them are read.
    fn site(&self, block: Block, role: Role) -> usize {
        let site = self.architecture.read_site(block, role);
        self.of_sites.iter().position(|(s, _)| *s == site).unwrap_or_default()
    }

    /// The column of a role of a channel.
    pub(super) fn column(&self, block: Block, role: Role, channel: usize) -> usize {
        self.of_sites[self.site(block, role)].1.start + channel
    }
}

/// What images are read for, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) studies: &'a [Study],
    /// The folder of the journals that keep what was read.
    pub(crate) journals: &'a Path,
    pub(crate) threads: NonZero<usize>,
    pub(crate) isa: Isa,
    pub(crate) observer: &'a dyn Observer,
}

impl Reading<'_> {
    /// A scan of sites with images looked at in some way.
    pub(super) fn scan<'s>(&'s self, sites: &'s [Site], view: View) -> Scan<'s> {
        Scan { loaded: self.loaded, sites, view, extent: Extent::Center, threads: self.threads, isa: self.isa }
    }
}

/// Every site at which a studied block's roles are read, each once.
pub(super) fn sites(reading: &Reading<'_>) -> Vec<Site> {
    let architecture = reading.loaded.architecture();
    let mut sites: Vec<Site> = Vec::new();
    for study in reading.studies {
        for site in Role::ALL.map(|role| architecture.read_site(study.block, role)) {
            if !sites.contains(&site) {
                sites.push(site);
            }
        }
    }
    sites
}

/// Reads some of a run's images for all studied blocks, and keeps what was read in a journal of theirs; how many could be
/// read.
///
/// # Errors
/// If a journal cannot be written.
pub(crate) fn keep(reading: &Reading<'_>, entries: &Listing) -> Result<usize, RunError> {
    let sites = sites(reading);
    let scan = reading.scan(&sites, View::Plain);
    let (_, journal) = scan.journal_among(reading.journals, entries)?;
    let mut read = 0;
    scan.read_once(entries, journal, reading.observer, |_, _, values| {
        read += usize::from(values.is_ok());
        Ok(())
    })?;
    Ok(read)
}

impl Photographs {
    /// Reads all images of a folder once, for all studied blocks. What an earlier run has read is taken from the
    /// journals. As images come, their activations go to the files of the output, and the images at either end of each
    /// channel are kept. What the manifest says of the images comes with them.
    ///
    /// # Errors
    /// If there is no readable image, or a file cannot be written.
    pub(crate) fn read(
        reading: &Reading<'_>,
        (folder, all): (&Path, &Listing),
        output: &Output,
    ) -> Result<(Photographs, ImagesRecord), RunError> {
        let passed_over = all.passed_over();
        if !passed_over.is_empty() {
            reading.observer.event(Event::Notice(format!("{}: {passed_over}", folder.display())));
        }
        let sites = sites(reading);
        let scan = reading.scan(&sites, View::Plain);
        let columns = Columns::of(&scan)?;
        let (mut names, mut files) = (blake3::Hasher::new(), OfAll::default());
        let (mut skipped, mut unread, mut digests) = (Vec::new(), Vec::new(), Vec::new());
        let mut values = Values::begin(&columns, output, all.len())?;
        let (name, journal) = scan.journal_among(reading.journals, all)?;
        let Kept { held, flawed, known } = scan.read_once(all, journal, reading.observer, |at, digest, read| {
            files.add(&digest);
            match read {
                Ok(read) => {
                    names.update(all.entry(at).name.as_bytes()).update(b"\n");
                    digests.push(digest);
                    values.take(&columns, &read)?;
                }
                Err(error) => {
                    skipped.push(error.to_string());
                    unread.push(at);
                }
            }
            Ok(())
        })?;
        // Where records are is of no more use.
        drop(known);
        let entries = all.without(&unread);
        if entries.is_empty() {
            return Err(RunError::NoImages { path: folder.to_owned(), found: all.len() });
        }
        for flaw in &flawed {
            reading.observer.event(Event::Notice(flaw.clone()));
        }
        let record = ImagesRecord {
            folder: folder.display().to_string(),
            read: entries.len(),
            skipped,
            flawed,
            passed_over: passed_over.kinds().clone(),
            names_digest: names.finalize().to_hex().to_string(),
            digest: files.finish(),
            files: by_name(&entries, &digests),
            journals: BTreeMap::from([(name, held)]),
        };
        let Values { writers, ends } = values;
        let rows = writers.into_iter().map(RowsWriter::end).collect::<Result<_, _>>()?;
        Ok((Photographs { columns, entries, rows, ends }, record))
    }

    /// The center activations at which a role of a block is read. The Output is the sum before its ReLU: where it is
    /// positive it is the same number, and below zero it still has an order.
    pub(super) fn rows(&self, block: Block, role: Role) -> &Rows {
        &self.rows[self.columns.site(block, role)]
    }

    /// How many images.
    pub(super) fn images(&self) -> usize {
        self.entries.len()
    }

    /// Those of every site.
    pub(super) fn all_rows(&self) -> &[Rows] {
        &self.rows
    }

    /// The images at either end of a role of a channel.
    pub(super) fn ends(&self, block: Block, role: Role, channel: usize) -> &Ends {
        &self.ends[self.columns.column(block, role, channel)]
    }

    /// The nine images with the largest center activation of a role of a channel, the largest first; equal activations
    /// stand in the order of the files.
    pub(crate) fn top(&self, block: Block, role: Role, channel: usize) -> Vec<usize> {
        self.ends(block, role, channel).top.places()
    }

    /// How many images there are.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// The center activations of all channels of a block's Output, of an image by its place.
    ///
    /// # Errors
    /// If they cannot be read back.
    pub(crate) fn outputs(&self, image: usize, block: Block) -> Result<Vec<f32>, RunError> {
        self.rows(block, Role::Output).of_images(image..image + 1)
    }
}

/// The digests of images by their names.
fn by_name(entries: &Listing, digests: &[ImageDigest]) -> ImageDigests {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    // Nearly sorted: what is left of the order of folders. Of names alike the latter stays behind.
    order.sort_by(|&a, &b| entries.entry(a).name.cmp(&entries.entry(b).name));
    order.into_iter().map(|at| (entries.entry(at).name, digests[at])).collect()
}

/// Where the activations of images go as they come.
struct Values {
    writers: Vec<RowsWriter>,
    ends: Vec<Ends>,
}

impl Values {
    fn begin(columns: &Columns, output: &Output, images: usize) -> Result<Values, RunError> {
        let writer = |(site, range): &(Site, Range<usize>)| {
            RowsWriter::begin(&output.path(layout::activations(&site.to_string())), (images, range.len()))
        };
        let writers = columns.of_sites.iter().map(writer).collect::<Result<_, _>>()?;
        let ends = Ends { top: Ranked::largest(NINE), bottom: Ranked::smallest(NINE) };
        let count = columns.of_sites.last().map_or(0, |(_, range)| range.end);
        Ok(Values { writers, ends: vec![ends; count] })
    }

    /// Takes the values of the next image.
    fn take(&mut self, columns: &Columns, image: &[f32]) -> Result<(), RunError> {
        for (writer, (_, range)) in self.writers.iter_mut().zip(&columns.of_sites) {
            writer.push(&image[range.clone()])?;
        }
        for (ends, &activation) in self.ends.iter_mut().zip(image) {
            ends.top.take(activation);
            ends.bottom.take(activation);
        }
        Ok(())
    }
}
