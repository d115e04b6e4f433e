//! An `.npz` archive: a zip file of `.npy` members, stored or deflated.

use std::collections::BTreeMap;

use super::choice::{self, Choice, Group};
use super::foreign;
use super::format::{Contents, Format, Reader, Wanted};
use super::members::{self, Members, tensor_name};
use super::place::{self, Place};
use crate::budget::Budget;
use crate::npy::{self, Unread};
use crate::text::printable;
use crate::{Tensor, WeightsError};

/// An archive of `.npy` members. They may be in a folder, and be called without `.npy`.
#[derive(Debug)]
pub(crate) struct Npz;

impl Format for Npz {
    fn name(&self) -> &'static str {
        members::NPZ
    }

    fn recognises(&self, place: &Place) -> bool {
        place.is_archive() && foreign::archive(place.members()).is_none()
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let mut archive = Members::open(place.path())?;
        let mut groups: BTreeMap<Vec<String>, Vec<(String, usize)>> = BTreeMap::new();
        for (at, member) in archive.names().iter().enumerate() {
            if place::is_of_the_system(member) || member.ends_with('/') {
                continue;
            }
            let (folder, name) = member.rsplit_once('/').unwrap_or(("", member));
            let named = tensor_name(name);
            // Without the ending it is known by how it begins; what cannot be unpacked is nobody's tensor.
            if named.is_none() && !archive.head(at, 6).is_ok_and(|head| head == npy::MAGIC) {
                continue;
            }
            let path: Vec<String> = folder.split('/').filter(|f| !f.is_empty()).map(printable).collect();
            let tensor = (printable(named.unwrap_or(name)), at);
            groups.entry(path).or_default().push(tensor);
        }
        let groups = groups.into_iter().map(|(path, tensors)| Group { path, tensors }).collect();
        let Some(Choice { tensors, notes, beside }) = choice::choose(groups) else {
            return Err(WeightsError::Empty { path: place.path().to_owned(), beside: String::new() });
        };
        let (names, at) = tensors.into_iter().unzip();
        Ok(Contents {
            names,
            notes,
            beside,
            tensors: Box::new(Arrays { budget: Budget::of(place.length()), archive, at }),
        })
    }
}

struct Arrays {
    budget: Budget,
    archive: Members,
    at: Vec<usize>,
}

impl Reader for Arrays {
    /// Of each member, the header is unpacked first and compared with the size that the directory claims, and all of
    /// them together unpack to no more than the budget.
    fn read(mut self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError> {
        let file = self.archive.file().to_owned();
        let read = wanted.into_iter().map(|Wanted { at, name }| match self.array(self.at[at]) {
            Ok(array) => Ok(Tensor::from_array(&file, name, array)),
            Err(Unread::Fault(fault)) => Err(WeightsError::Tensor { file: file.clone(), tensor: name, fault }),
            Err(Unread::Io(reason)) => {
                Err(WeightsError::CorruptMember { file: file.clone(), tensor: name, reason: reason.to_string() })
            }
        });
        read.collect()
    }
}

impl Arrays {
    fn array(&mut self, at: usize) -> Result<npy::Array, Unread> {
        let (mut member, size) = self.archive.unpack(at).map_err(Unread::Io)?;
        npy::read(&mut member, size, &mut |layout| self.budget.take_layout(layout))
    }
}
