//! What is kept of a file that somebody sent. What it is, its own bytes tell: neither its name nor what the sender says of it is believed.
//!
//! A photo is read to pixels and written anew. So nothing else of it remains, neither place nor time nor camera, no comment, no small picture
//! of what was cut away, and nothing that hides behind it. A document is kept as it is, and is never shown, only downloaded.

use super::picture::Picture;

/// The largest file, as it comes and as it is kept.
pub(crate) const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The most pixels of a photo: what the cameras of telephones make, and what can be decoded in 100 MB.
pub(crate) const PIXELS_MAX: usize = 25_000_000;
/// The longest side of a photo, in pixels.
pub(super) const SIDE_MAX: usize = 16_384;
/// The side of the square that a small picture fits in, in pixels.
const THUMBNAIL_SIDE: usize = 320;

/// How well a photo is written, and how well it is if that is too large.
const QUALITIES: [u8; 2] = [85, 60];
const THUMBNAIL_QUALITY: u8 = 75;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// ISO/IEC 15948.
    Png,
    /// ISO 32000.
    Pdf,
}

impl Media {
    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
            Media::Pdf => "application/pdf",
        }
    }
}

/// What is kept of a file.
#[derive(Debug)]
pub(crate) struct Clean {
    pub(crate) media: Media,
    pub(crate) bytes: Vec<u8>,
    /// Of a photo.
    pub(crate) photo: Option<Photo>,
}

/// What is known of a photo.
#[derive(Debug)]
pub(crate) struct Photo {
    /// In pixels.
    pub(crate) width: usize,
    /// In pixels.
    pub(crate) height: usize,
    /// A small picture of it, JPEG.
    pub(crate) thumbnail: Vec<u8>,
}

/// Why nothing of a file is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// There is nothing in it.
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`].
    Bytes,
    /// It is none of the kinds that are kept.
    Kind,
    /// It is a HEIC, which no free decoder of ours reads.
    Heic,
    /// It is cut off, or no such file inside.
    Broken,
    /// It has more than [`PIXELS_MAX`] pixels, or too long a side.
    Pixels,
}

/// Keeps of a file what may be kept. It takes up to some seconds and much memory: one at a time, and not where others wait.
pub(crate) fn clean(bytes: Vec<u8>) -> Result<Clean, Unfit> {
    match bytes.as_slice() {
        [] => Err(Unfit::Empty),
        _ if bytes.len() > FILE_BYTES_MAX => Err(Unfit::Bytes),
        [0xff, 0xd8, 0xff, ..] => photo(Picture::of_jpeg(&bytes)?, Media::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => photo(Picture::of_png(&bytes)?, Media::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            let picture = Picture::of_webp(&bytes)?;
            let media = if picture.is_transparent() { Media::Png } else { Media::Jpeg };
            photo(picture, media)
        }
        [b'%', b'P', b'D', b'F', b'-', ..] if is_whole_document(&bytes) => Ok(Clean { media: Media::Pdf, bytes, photo: None }),
        [b'%', b'P', b'D', b'F', b'-', ..] => Err(Unfit::Broken),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_heic(brand) => Err(Unfit::Heic),
        _ => Err(Unfit::Kind),
    }
}

/// A PDF ends with its mark, near the end of the file (ISO 32000-1 §7.5.5, annex H.3).
fn is_whole_document(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(1024)..];
    end.windows(5).any(|window| window == b"%%EOF")
}

/// The brands of ISO/IEC 23008-12.
fn is_heic(brand: &[u8]) -> bool {
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"].iter().any(|known| brand.starts_with(*known))
}

fn photo(picture: Picture, media: Media) -> Result<Clean, Unfit> {
    let thumbnail = picture.shrunk(THUMBNAIL_SIDE).opaque().jpeg(THUMBNAIL_QUALITY)?;
    let (width, height) = (picture.width, picture.height);
    let kept = |media, bytes| Clean { media, bytes, photo: Some(Photo { width, height, thumbnail }) };
    if media == Media::Png {
        let bytes = picture.png()?;
        if bytes.len() <= FILE_BYTES_MAX {
            return Ok(kept(Media::Png, bytes));
        }
    }
    // A photograph that came as PNG is smaller so.
    let picture = picture.opaque();
    for quality in QUALITIES {
        let bytes = picture.jpeg(quality)?;
        if bytes.len() <= FILE_BYTES_MAX {
            return Ok(kept(Media::Jpeg, bytes));
        }
    }
    Err(Unfit::Bytes)
}
