//! The kinds of files and folders that weights come in, recognised by what is in them.
//!
//! A kind is a [`Format`], in a file of its own and in the list [`FORMATS`]; nothing else knows which kinds there are.

mod choice;
mod foreign;
mod format;
mod members;
mod npy_folder;
mod npz;
mod place;
mod pytorch;
mod safetensors;

pub(crate) use foreign::what_it_is;
pub(crate) use format::{Contents, Format, Wanted};
pub(crate) use place::Place;

/// Every kind that is read, in the order in which they are asked.
pub(crate) static FORMATS: &[&dyn Format] = &[
    &npy_folder::NpyFolder,
    &safetensors::Folder,
    &pytorch::Folder,
    &pytorch::Archive,
    &pytorch::Legacy,
    &safetensors::OneFile,
    &npz::Npz,
];
