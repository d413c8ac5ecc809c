//! What people send, and what is kept of it; and the places where it is kept, held to one contract.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::{TimeZone, Utc};
use futures_util::{StreamExt, TryStreamExt};
use image_webp::{ColorType as WebpColor, WebPEncoder};
use jpeg_encoder::{ColorType, Encoder};
use kernel::{Code, FileDigest, Files, ManualClock};
use png::Compression;
use rusty_s3::Credentials;

use super::{Bucket, FILE_BYTES_MAX, Folder, Media, Place, Unfit, clean, digest, picture::Picture};

/// Stands for whatever a photo says of its owner.
const CANARY: &[u8] = b"GPS 43.297 68.251 CANARY";

/// Pixels that do not compress away.
fn noise(width: usize, height: usize, channels: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..width * height * channels).map(|_| next()).collect()
}

/// EXIF data that turn the picture by a quarter, and say where it was taken.
fn exif() -> Vec<u8> {
    [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".as_slice(), CANARY].concat()
}

/// A photo of 48 by 32 pixels with all that cameras and programs write beside it.
pub(crate) fn telltale_jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.add_app_segment(1, &exif()).unwrap();
    encoder.add_app_segment(1, &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), CANARY].concat()).unwrap();
    encoder.add_app_segment(13, &[b"Photoshop 3.0\0".as_slice(), CANARY].concat()).unwrap();
    encoder.encode(&noise(48, 32, 3), 48, 32, ColorType::Rgb).unwrap();
    // A comment, right behind the beginning, and something behind the end.
    let comment = [[0xff, 0xfe, 0, u8::try_from(CANARY.len() + 2).unwrap()].as_slice(), CANARY].concat();
    bytes.splice(2..2, comment);
    bytes.extend_from_slice(b"PK\x03\x04");
    bytes.extend_from_slice(CANARY);
    bytes
}

fn png(width: u32, height: u32, channels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(if channels == 4 { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.add_text_chunk("Author".to_owned(), String::from_utf8(CANARY.to_vec()).unwrap()).unwrap();
    encoder.add_itxt_chunk("XML:com.adobe.xmp".to_owned(), String::from_utf8(CANARY.to_vec()).unwrap()).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&noise(width as usize, height as usize, channels)).unwrap();
    writer.finish().unwrap();
    bytes.extend_from_slice(CANARY);
    bytes
}

/// The head of a PNG that says that it is so large.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    let row = vec![0; 64];
    drop(writer.stream_writer().unwrap().write_all(&row));
    drop(writer);
    bytes
}

fn webp(channels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif().split_off(6));
    encoder.set_xmp_metadata(CANARY.to_vec());
    let color = if channels == 4 { WebpColor::Rgba8 } else { WebpColor::Rgb8 };
    encoder.encode(&noise(48, 32, channels), 48, 32, color).unwrap();
    bytes
}

fn gray_jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 90).encode(&noise(48, 32, 1), 48, 32, ColorType::Luma).unwrap();
    bytes
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.4\n<script>alert(1)</script>\n%%EOF\n".to_vec()
}

fn holds_canary(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"CANARY")
}

#[test]
fn of_a_photo_nothing_is_kept_but_the_picture_upright() {
    for (sent, media, upright) in [
        (telltale_jpeg(), Media::Jpeg, (32, 48)),
        (png(48, 32, 3), Media::Png, (48, 32)),
        (png(48, 32, 4), Media::Png, (48, 32)),
        (webp(3), Media::Jpeg, (32, 48)),
        (webp(4), Media::Png, (32, 48)),
    ] {
        assert!(holds_canary(&sent));
        let kept = clean(sent).unwrap();
        let photo = kept.photo.unwrap();
        assert_eq!((kept.media, (photo.width, photo.height)), (media, upright));
        assert!(!holds_canary(&kept.bytes) && !holds_canary(&photo.thumbnail));
        for segment in [b"Exif".as_slice(), b"http://ns.adobe", b"Photoshop", b"tEXt", b"iTXt", b"eXIf", b"PK\x03\x04"] {
            assert!(!kept.bytes.windows(segment.len()).any(|window| window == segment), "{segment:?}");
        }
        let again = clean(kept.bytes).unwrap();
        assert_eq!(again.media, media, "what is kept is a file of its kind");
    }
}

#[test]
fn what_is_no_photo_and_no_document_is_refused_by_what_it_is() {
    let jpeg = telltale_jpeg();
    let end = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]).unwrap();
    let heic = [b"\0\0\0\x18ftypheic".as_slice(), CANARY].concat();
    let table: [(&str, Vec<u8>, Result<Media, Unfit>); 20] = [
        ("nothing", Vec::new(), Err(Unfit::Empty)),
        ("eleven megabytes", vec![0xff; 11 * 1024 * 1024], Err(Unfit::Bytes)),
        ("a byte too much", [pdf(), vec![b' '; FILE_BYTES_MAX]].concat(), Err(Unfit::Bytes)),
        ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), Err(Unfit::Kind)),
        ("HTML", b"<!doctype html><script>alert(1)</script>".to_vec(), Err(Unfit::Kind)),
        ("GIF", b"GIF89a\x01\0\x01\0".to_vec(), Err(Unfit::Kind)),
        ("a program", b"\x7fELF\x02\x01".to_vec(), Err(Unfit::Kind)),
        ("HEIC", heic, Err(Unfit::Heic)),
        ("a JPEG that is its first bytes only", jpeg[..20].to_vec(), Err(Unfit::Broken)),
        ("half a JPEG", jpeg[..end / 2].to_vec(), Err(Unfit::Broken)),
        ("half a PNG", png(48, 32, 3)[..2000].to_vec(), Err(Unfit::Broken)),
        ("half a WebP", webp(3)[..2000].to_vec(), Err(Unfit::Broken)),
        ("HTML behind the mark of a JPEG", b"\xff\xd8\xff<script>".to_vec(), Err(Unfit::Broken)),
        ("a PNG of 2,500 million pixels", bomb(50_000, 50_000), Err(Unfit::Pixels)),
        ("a PNG with a long side", bomb(16_385, 1), Err(Unfit::Pixels)),
        ("a PNG without most of its pixels", bomb(4_000, 4_000), Err(Unfit::Broken)),
        ("a document without an end", b"%PDF-1.4\n".to_vec(), Err(Unfit::Broken)),
        ("a document behind other bytes", [b"GIF89a".as_slice(), &pdf()].concat(), Err(Unfit::Kind)),
        ("a document that is HTML, too", pdf(), Ok(Media::Pdf)),
        ("a gray JPEG", gray_jpeg(), Ok(Media::Jpeg)),
    ];
    for (name, bytes, expected) in table {
        assert_eq!(clean(bytes).map(|kept| kept.media), expected, "{name}");
    }
}

#[test]
fn no_beginning_of_a_file_and_no_changed_byte_brings_a_decoder_down() {
    for whole in [telltale_jpeg(), png(9, 7, 4), webp(3), gray_jpeg(), pdf()] {
        for length in (0..whole.len()).step_by(7) {
            drop(clean(whole[..length].to_vec()));
        }
        for at in (0..whole.len()).step_by(11) {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            drop(clean(changed));
        }
    }
}

#[test]
fn small_pictures_fit_in_their_square() {
    for (width, height, small) in [(1_000, 500, (320, 160)), (3, 900, (1, 320)), (10, 10, (10, 10))] {
        let kept = clean(png(width, height, 3)).unwrap();
        let thumbnail = Picture::of_jpeg(&kept.photo.unwrap().thumbnail).unwrap();
        assert_eq!((thumbnail.width, thumbnail.height), small);
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap()))
}

async fn read(files: &dyn Files, digest: FileDigest) -> Option<Vec<u8>> {
    let pieces: Vec<Vec<u8>> = files.get(digest).await.unwrap()?.try_collect().await.unwrap();
    Some(pieces.concat())
}

/// What every place of files promises.
async fn check(files: &dyn Files) {
    let (one, other) = (noise(300, 300, 3), b"other".to_vec());
    let (first, second) = (digest(&one), digest(&other));
    assert_eq!(read(files, first).await, None);
    for _ in 0..2 {
        files.put(first, one.clone()).await.unwrap();
    }
    files.put(second, other.clone()).await.unwrap();
    assert_eq!(read(files, first).await, Some(one));
    for _ in 0..2 {
        files.delete(first).await.unwrap();
        assert_eq!(read(files, first).await, None);
    }
    assert_eq!(read(files, second).await, Some(other));
}

#[tokio::test]
async fn a_folder_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    check(&Folder::new(folder.path().join("files"))).await;
}

#[tokio::test]
async fn what_a_process_that_died_left_in_a_folder_goes_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = Folder::new(folder.path().to_owned());
    let digest = digest(b"x");
    files.put(digest, b"x".to_vec()).await.unwrap();
    let shelf = folder.path().join(&digest.to_string()[..2]);
    std::fs::write(shelf.join(format!(".arriving-{digest}-ab12")), "x").unwrap();
    files.delete(digest).await.unwrap();
    assert_eq!(std::fs::read_dir(shelf).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_away() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let files = Folder::new(file.path().to_owned());
    let error = files.put(digest(b"x"), b"x".to_vec()).await.unwrap_err();
    assert_eq!(error.code(), Code::SubgraphUnavailable);
}

/// A store that speaks S3 as far as is needed, and remembers what it was asked.
#[derive(Clone, Default)]
struct Store {
    kept: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(store): State<Store>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    store.asked.lock().unwrap().push(format!("{} {path}?{query}", parts.method));
    if !query.contains("X-Amz-Signature=") || !query.contains("X-Amz-Date=20261124T070000Z") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut kept = store.kept.lock().unwrap();
    match parts.method {
        Method::PUT => {
            kept.insert(path, body.to_vec());
            StatusCode::OK.into_response()
        }
        Method::GET => kept.get(&path).map_or(StatusCode::NOT_FOUND.into_response(), |bytes| Body::from(bytes.clone()).into_response()),
        Method::DELETE => {
            kept.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

async fn store() -> (Store, String) {
    let store = Store::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(any(answer)).with_state(store.clone()).layer(axum::extract::DefaultBodyLimit::disable());
    let (_stop, stopping) = crate::stop::Stop::new();
    tokio::spawn(async move {
        let _stop = _stop;
        crate::http::accept(listener, routes, stopping).await;
    });
    (store, url)
}

fn bucket(url: &str) -> Bucket {
    Bucket::new("city", "files/", Some(url), "us-east-1", Credentials::new("key", "secret"), clock()).unwrap()
}

#[tokio::test]
async fn a_bucket_keeps_files_below_its_prefix_and_signs_what_it_asks() {
    let (store, url) = store().await;
    check(&bucket(&url)).await;
    let kept: Vec<String> = store.kept.lock().unwrap().keys().cloned().collect();
    assert_eq!(kept, [format!("/city/files/{}", digest(b"other"))]);
    let asked = store.asked.lock().unwrap().join("\n");
    assert!(asked.contains("X-Amz-Credential=key%2F20261124%2Fus-east-1%2Fs3%2Faws4_request") && !asked.contains("secret"), "{asked}");
}

#[tokio::test]
async fn a_bucket_that_refuses_or_is_away_says_so_and_tells_no_secret() {
    let (_, url) = store().await;
    let late = Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 24, 8, 0, 0).unwrap()));
    let refused = Bucket::new("city", "", Some(&url), "us-east-1", Credentials::new("key", "hunter2"), late).unwrap();
    let nobody = bucket("http://127.0.0.1:1");
    for files in [refused, nobody] {
        let errors = [
            files.put(digest(b"x"), b"x".to_vec()).await.err(),
            files.get(digest(b"x")).await.map(|found| found.map(StreamExt::boxed).is_some()).err(),
            files.delete(digest(b"x")).await.err(),
        ];
        for error in errors {
            let error = error.expect("it fails");
            assert_eq!(error.code(), Code::SubgraphUnavailable, "{}", error.internal_text());
            assert!(!error.internal_text().contains("hunter2") && !error.internal_text().contains("Signature"));
        }
    }
}

#[test]
fn places_of_files_are_read_as_they_are_written() {
    let bucket = |name: &str, prefix: &str| Some(Place::Bucket { name: name.to_owned(), prefix: prefix.to_owned() });
    for (text, place) in [
        ("file:///var/lib/turkistan/files", Some(Place::Folder("/var/lib/turkistan/files".into()))),
        ("s3://city", bucket("city", "")),
        ("s3://city/a/b/", bucket("city", "a/b/")),
        ("s3:///a", None),
        ("s3://key:secret@city", None),
        ("https://city.example/files", None),
        ("/var/lib", None),
        ("", None),
    ] {
        let read = Place::parse(text).ok();
        assert_eq!(read, place, "{text}");
        let again = read.as_ref().map(|place| Place::parse(&place.url()).unwrap());
        assert_eq!(again, read, "{text}");
    }
}

#[test]
fn a_folder_is_told_from_the_root_wherever_the_program_was_started() {
    let place = Place::Folder("data/files".into());
    assert_eq!(Place::parse(&place.url()).unwrap(), Place::Folder(std::env::current_dir().unwrap().join("data/files")));
}
