//! The one thing of a photo's metadata that is needed: which way up it is.

/// How a picture is to be turned to stand upright (EXIF 2.32 §4.6.4, tag 0x0112).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Rows and columns change places.
    pub(super) transposed: bool,
    /// Then left and right do.
    pub(super) mirrored: bool,
    /// Then above and below do.
    pub(super) flipped: bool,
}

/// The tag of the orientation, and of the type that it has.
const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
/// How long an entry of a directory is.
const ENTRY_BYTES: usize = 12;

impl Orientation {
    /// Reads it from EXIF data, which are a TIFF file (TIFF 6.0 §2); what cannot be read is taken as upright.
    pub(super) fn of_exif(exif: &[u8]) -> Orientation {
        Orientation::numbered(number(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)).unwrap_or(1))
    }

    fn numbered(number: u16) -> Orientation {
        let (transposed, mirrored, flipped) = match number {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Orientation { transposed, mirrored, flipped }
    }
}

fn number(tiff: &[u8]) -> Option<u16> {
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }).ok()?;
    let entries = usize::from(short(directory)?);
    let mut entries = (0..entries).filter_map(|entry| directory.checked_add(2 + entry * ENTRY_BYTES));
    let found = entries.find(|at| short(*at) == Some(ORIENTATION) && short(at.saturating_add(2)) == Some(SHORT))?;
    short(found.checked_add(8)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(number: u8, is_little: bool) -> Vec<u8> {
        let tiff: [&[u8]; 3] = if is_little {
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[number, 0], b"\0\0\0\0\0\0"]
        } else {
            [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01", &[0, number], b"\0\0\0\0\0\0"]
        };
        tiff.concat()
    }

    #[test]
    fn the_orientation_is_read_in_both_orders_of_bytes_and_nonsense_is_upright() {
        let turned = Orientation { transposed: true, mirrored: true, flipped: false };
        for is_little in [true, false] {
            assert_eq!(Orientation::of_exif(&exif(6, is_little)), turned);
            assert_eq!(Orientation::of_exif(&[b"Exif\0\0", exif(6, is_little).as_slice()].concat()), turned);
            assert_eq!(Orientation::of_exif(&exif(9, is_little)), Orientation::default());
        }
        let whole = exif(6, true);
        for length in 0..20 {
            assert_eq!(Orientation::of_exif(&whole[..length.min(whole.len())]), Orientation::default(), "{length}");
        }
        for wrong in [&b"II*\0\xff\xff\xff\xff"[..], b"II*\0\x08\0\0\0\xff\xff", b"PK\x03\x04"] {
            assert_eq!(Orientation::of_exif(wrong), Orientation::default());
        }
    }
}
