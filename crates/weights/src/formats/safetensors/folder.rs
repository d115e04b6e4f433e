//! A folder as the `transformers` library writes it: `model.safetensors`, or several such files and an index of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::super::format::{Contents, Format, Reader, Wanted};
use super::super::place::Place;
use super::file::OneFile;
use super::shard::Shard;
use crate::text::{printable, shown};
use crate::{Tensor, WeightsError};

/// A folder with one file or an index.
#[derive(Debug)]
pub(crate) struct Folder;

const ONE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// Longest index that is read.
const LONGEST_INDEX: u64 = 16 << 20;

impl Format for Folder {
    fn name(&self) -> &'static str {
        "a folder with model.safetensors"
    }

    fn recognises(&self, place: &Place) -> bool {
        place.inside().iter().any(|name| name == ONE || name == INDEX)
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        if place.inside().iter().any(|name| name == ONE) {
            return OneFile.open(&Place::look(&place.path().join(ONE))?);
        }
        let index = Index::read(&place.path().join(INDEX))?;
        let files: BTreeSet<&String> = index.weight_map.values().collect();
        let mut shards = Vec::new();
        for file in files {
            // A name and nothing else: an index leads nowhere out of its folder.
            if file.contains(['/', '\\']) || !place.inside().contains(file) {
                return Err(corrupt(place, format!("it names a file `{}`, which is not in the folder", shown(file))));
            }
            shards.push((file.clone(), Shard::open(&place.path().join(file))?));
        }
        let (mut names, mut places) = (Vec::new(), Vec::new());
        for (name, file) in &index.weight_map {
            let shard = shards.iter().position(|(other, _)| other == file);
            let found = shard.and_then(|shard| Some((shard, shards[shard].1.find(name)?)));
            let Some(found) = found else {
                let (name, file) = (shown(name), shown(file));
                return Err(corrupt(place, format!("it says that `{name}` is in {file}, which has none of that name")));
            };
            names.push(printable(name));
            places.push(found);
        }
        let shards = shards.into_iter().map(|(_, shard)| shard).collect();
        Ok(Contents { names, notes: Vec::new(), beside: Vec::new(), tensors: Box::new(Shards { shards, places }) })
    }
}

fn corrupt(place: &Place, reason: String) -> WeightsError {
    WeightsError::Corrupt { file: place.path().join(INDEX), format: "an index of .safetensors files", reason }
}

/// Which file each tensor is in.
#[derive(Debug, Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Index {
    fn read(path: &Path) -> Result<Index, WeightsError> {
        let refused = |source| WeightsError::Io { path: path.to_owned(), source };
        let wrong =
            |reason| WeightsError::Corrupt { file: path.to_owned(), format: "an index of .safetensors files", reason };
        let length = fs::metadata(path).map_err(refused)?.len();
        if length > LONGEST_INDEX {
            return Err(wrong(format!("it has {length} bytes, more than {LONGEST_INDEX}")));
        }
        let mut text = Vec::new();
        File::open(path).map_err(refused)?.take(LONGEST_INDEX).read_to_end(&mut text).map_err(refused)?;
        serde_json::from_slice(&text).map_err(|error| wrong(shown(&error.to_string())))
    }
}

struct Shards {
    shards: Vec<Shard>,
    /// For each name its shard, and its place there.
    places: Vec<(usize, usize)>,
}

impl Reader for Shards {
    fn read(mut self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError> {
        let read = wanted.into_iter().map(|Wanted { at, name }| {
            let (shard, at) = self.places[at];
            self.shards[shard].tensor(at, name)
        });
        read.collect()
    }
}
