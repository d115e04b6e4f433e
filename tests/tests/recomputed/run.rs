//! A finished run, as its files tell it.

use crate::csv::Table;
use crate::network::{Block, Network};
use crate::weights::Weights;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::golden::npy_f32;

/// The roles, in the order of tables.
pub(crate) const ROLES: [&str; 3] = ["input", "block", "output"];
/// The order in which blocks are studied.
const ORDER: [&str; 7] = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];

/// The photographs of a run: their names in order, and the center activations of every site for them.
pub(crate) struct Photographs {
    pub(crate) folder: PathBuf,
    pub(crate) names: Vec<String>,
    /// By site: how many channels, and the values, a photograph after another.
    pub(crate) sites: BTreeMap<String, (usize, Vec<f32>)>,
}

/// A finished run.
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Value,
    pub(crate) size: usize,
    pub(crate) weights: Weights,
    pub(crate) network: Network,
    /// The studied blocks in order, each with its channels.
    pub(crate) blocks: Vec<(Block, Vec<usize>)>,
    pub(crate) channels: Table,
    pub(crate) scale_tuning: Table,
    pub(crate) photographs: Option<Photographs>,
}

impl Run {
    /// Opens a run.
    pub(crate) fn open(folder: &Path) -> Run {
        let text = fs::read_to_string(folder.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        let network = &manifest["network"];
        let weights = Weights::read(Path::new(network["weights"].as_str().unwrap()));
        let channels_of = |list: &Value| -> Vec<usize> {
            let list = list.as_array().unwrap().iter();
            list.map(|c| usize::try_from(c.as_u64().unwrap()).unwrap()).collect()
        };
        let studied = manifest["blocks"].as_object().unwrap();
        assert!(studied.keys().all(|name| ORDER.contains(&name.as_str())));
        let blocks = ORDER.iter().filter_map(|name| Some((Block::named(name), channels_of(studied.get(*name)?))));
        Run {
            size: usize::try_from(network["input_size"].as_u64().unwrap()).unwrap(),
            network: Network::new(&weights),
            weights,
            blocks: blocks.collect(),
            channels: Table::read(&folder.join("tables/channels.csv")),
            scale_tuning: Table::read(&folder.join("tables/scale_tuning.csv")),
            photographs: Photographs::read(folder, &manifest["images"]),
            folder: folder.to_owned(),
            manifest,
        }
    }

    /// A table of the run.
    pub(crate) fn table(&self, name: &str) -> Table {
        Table::read(&self.folder.join("tables").join(name))
    }

    /// Every studied channel, in the order of tables.
    pub(crate) fn studied(&self) -> impl Iterator<Item = (Block, usize)> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|(block, channels)| channels.iter().map(|&channel| (*block, channel)))
    }

    /// Channels of a block, studied or not, by the weights.
    pub(crate) fn width(&self, block: Block) -> usize {
        self.weights.0[&format!("layer{block}.conv2.weight")].0[0]
    }

    /// The pixels of a picture that was optimised for a role of a channel.
    pub(crate) fn picture(&self, block: Block, role: &str, channel: usize) -> Vec<u8> {
        let name = format!("features/{block}/{role}/{channel}.png");
        let picture = images::decode(self.folder.join(&name)).unwrap();
        assert_eq!((picture.width(), picture.height()), (self.size, self.size), "{name}");
        picture.into_pixels()
    }

    /// The rows of a table that are of a block.
    pub(crate) fn channel_rows(&self, block: Block) -> Vec<usize> {
        self.channels.rows_where("block", &block.to_string())
    }

    /// A row of the table of scale tuning.
    pub(crate) fn scale_row(&self, of: (Block, usize), stimulus: &str, seen: &str, scale: f64) -> usize {
        let (table, (block, channel)) = (&self.scale_tuning, of);
        let mut rows = 0..table.rows.len();
        let is = |&row: &usize| {
            table.text(row, "block") == block.to_string()
                && table.text(row, "channel") == channel.to_string()
                && table.text(row, "stimulus") == stimulus
                && table.text(row, "seen") == seen
                && table.number(row, "scale") == Some(scale)
        };
        let row = rows.find(is);
        row.unwrap_or_else(|| panic!("no {stimulus} of {block} {channel}, {seen}, at {scale}"))
    }
}

impl Photographs {
    fn read(folder: &Path, record: &Value) -> Option<Photographs> {
        let images = PathBuf::from(record["folder"].as_str()?);
        let names = fs::read_to_string(folder.join("activations/images.txt")).unwrap();
        let mut sites = BTreeMap::new();
        for entry in fs::read_dir(folder.join("activations")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "npy") {
                let array = npy_f32(&path);
                let site = path.file_stem().unwrap().to_str().unwrap().to_owned();
                sites.insert(site, (array.shape[1], array.values));
            }
        }
        Some(Photographs { folder: images, names: names.lines().map(str::to_owned).collect(), sites })
    }

    /// The center activations of a channel's Input, Block and Output, a photograph after another.
    pub(crate) fn roles(&self, block: Block, channel: usize) -> [Vec<f64>; 3] {
        block.read_sites().map(|site| {
            let (channels, values) = &self.sites[&site];
            let of_channel = values.iter().skip(channel).step_by(*channels);
            of_channel.map(|&v| f64::from(v)).collect()
        })
    }

    /// The nine photographs with the largest activations, and the nine with the smallest: outermost first, ties in the
    /// order of files.
    pub(crate) fn ends(values: &[f64]) -> [Vec<usize>; 2] {
        [-1.0, 1.0].map(|sign| {
            let mut order: Vec<usize> = (0..values.len()).collect();
            // A stable sort, which leaves ties as they stand.
            order.sort_by(|&a, &b| (sign * values[a]).partial_cmp(&(sign * values[b])).unwrap());
            order.truncate(9);
            order
        })
    }

    /// A photograph as the network sees it: the shorter side to round(size 256 / 224), the central square.
    pub(crate) fn pixels(&self, at: usize, size: usize) -> Vec<u8> {
        let photograph = images::decode(self.folder.join(&self.names[at])).unwrap();
        let shorter = (size * 256 + 112) / 224;
        images::preprocess(&photograph, shorter, size).unwrap().into_pixels()
    }
}

/// Does something for each of some jobs, on as many threads as there are cores; the results are in order.
pub(crate) fn each<J: Sync, R: Send>(jobs: &[J], work: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::SeqCst);
                match jobs.get(at) {
                    Some(job) => done.push((at, work(job))),
                    None => return done,
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
