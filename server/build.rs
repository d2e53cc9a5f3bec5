//! Embeds the files of the web page into the binary, compressed, in one table.
//!
//! In: `site/pkg` of the target folder, made by `make bundle` (`UBA_SITE_DIR` names another `site`), and `style/` and
//! `public/` of the workspace. Out: `assets.rs`, the table that `src/assets.rs` includes, and the files it names.
//! Without a bundle the table has the style sheet, its font and the public files, and pages are served without a script.

use std::{
    env,
    error::Error,
    fmt::{self, Write as _},
    fs,
    hash::{DefaultHasher, Hasher},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Names of the two files of the application, as the bundler writes them.
const MODULE: &str = "uba.js";
const WASM: &str = "uba_bg.wasm";
const STYLE: &str = "main.css";
/// Name of the font, which the style sheet refers to.
const FONT: &str = "inter.woff2";

fn main() -> Result<()> {
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..");

    let style = workspace.join("style");
    let font = File::hashed(FONT, fs::read(style.join(FONT))?);
    let mut files = vec![style_sheet(&style, &font)?, font];
    files.extend(bundle(&site_dir(&out_dir))?);
    files.extend(public_files(&workspace.join("public"))?);

    fs::write(out_dir.join("assets.rs"), table(&files, &out_dir)?)?;
    Ok(())
}

/// A file under the URL that the browser loads it from.
struct File {
    name: String,
    url: String,
    hash: u64,
    /// Whether the URL changes with the content.
    is_hashed: bool,
    content: Vec<u8>,
}

impl File {
    fn hashed(name: &str, content: Vec<u8>) -> Self {
        let hash = hash(&content);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let url = format!("/pkg/{stem}.{hash:016x}.{extension}");
        Self { name: name.to_owned(), url, hash, is_hashed: true, content }
    }

    fn public(name: &str, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), url: format!("/{name}"), hash: hash(&content), is_hashed: false, content }
    }
}

fn hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    hasher.finish()
}

/// Joins `main.css` and the files it imports, in their order. The name of the font becomes its URL.
fn style_sheet(folder: &Path, font: &File) -> Result<File> {
    watch(folder);
    let mut joined = String::new();
    for line in fs::read_to_string(folder.join(STYLE))?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(import) => joined += &fs::read_to_string(folder.join(import))?,
            None => writeln!(joined, "{line}")?,
        }
    }
    Ok(File::hashed(STYLE, joined.replace(FONT, &font.url).into_bytes()))
}

/// Reads the bundle, or nothing where there is none.
fn bundle(site: &Path) -> Result<Vec<File>> {
    println!("cargo::rerun-if-env-changed=UBA_SITE_DIR");
    let folder = site.join("pkg");
    fs::create_dir_all(&folder)?; // cargo takes a missing folder for one that changes all the time
    watch(&folder);
    if !folder.join(MODULE).exists() {
        return Ok(Vec::new());
    }
    if folder.join("snippets").exists() {
        return Err("the bundle has JavaScript snippets, which are not embedded yet".into());
    }
    [MODULE, WASM].iter().map(|name| Ok(File::hashed(name, fs::read(folder.join(name))?))).collect()
}

/// Returns the folder of the bundle: `site` in the target folder, which has a file of cargo's.
///
/// Cargo puts the tag only into a target folder that it makes itself.
fn site_dir(out_dir: &Path) -> PathBuf {
    const FILES: [&str; 2] = ["CACHEDIR.TAG", ".rustc_info.json"];
    let is_target = |folder: &&Path| FILES.iter().any(|file| folder.join(file).exists());
    let in_target = || out_dir.ancestors().find(is_target).map(|target| target.join("site"));
    env::var_os("UBA_SITE_DIR").map(PathBuf::from).or_else(in_target).unwrap_or_else(|| out_dir.join("site"))
}

fn public_files(folder: &Path) -> Result<Vec<File>> {
    watch(folder);
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let name_of = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    paths
        .iter()
        .filter_map(|path| Some((path, name_of(path)?)))
        .map(|(path, name)| Ok(File::public(&name, fs::read(path)?)))
        .collect()
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

/// Writes the files beside the table, which it returns as Rust source.
fn table(files: &[File], out_dir: &Path) -> Result<String> {
    let mut table = "pub(crate) static ASSETS: &[Asset] = &[\n".to_owned();
    let mut page = Sizes::default();
    for file in files {
        let gzip = smaller(gzip(&file.content)?, &file.content);
        let brotli = smaller(brotli(&file.content)?, &file.content);
        if file.is_hashed {
            page.add(&file.content, gzip.as_ref(), brotli.as_ref());
        }
        writeln!(table, "    Asset {{")?;
        writeln!(table, "        url: {:?},", file.url)?;
        writeln!(table, "        etag: \"W/\\\"{:016x}\\\"\",", file.hash)?;
        writeln!(table, "        is_hashed: {},", file.is_hashed)?;
        writeln!(table, "        identity: {},", embed(&out_dir.join(&file.name), &file.content)?)?;
        for (field, encoded) in [("gzip", gzip), ("brotli", brotli)] {
            let path = out_dir.join(format!("{}.{field}", file.name));
            let value = encoded.map(|content| embed(&path, &content)).transpose()?;
            writeln!(table, "        {field}: {},", value.map_or("None".to_owned(), |value| format!("Some({value})")))?;
        }
        writeln!(table, "    }},")?;
    }
    println!("cargo::warning={page}");
    writeln!(table, "];\n{}", bundle_constant(files))?;
    Ok(table)
}

/// Sizes of all files of a page together.
#[derive(Default)]
struct Sizes {
    files: usize,
    identity: usize,
    gzip: usize,
    brotli: usize,
}

impl Sizes {
    fn add(&mut self, content: &[u8], gzip: Option<&Vec<u8>>, brotli: Option<&Vec<u8>>) {
        self.files += 1;
        self.identity += content.len();
        self.gzip += gzip.map_or(content.len(), Vec::len);
        self.brotli += brotli.map_or(content.len(), Vec::len);
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [identity, gzip, brotli] = [self.identity, self.gzip, self.brotli].map(|bytes| bytes / 1000);
        write!(f, "the page: {} files of {identity} kB, {gzip} kB by gzip, {brotli} kB by brotli", self.files)
    }
}

/// Writes the constant with the URLs of the files that the document refers to.
fn bundle_constant(files: &[File]) -> String {
    let url = |name: &str| files.iter().find(|file| file.name == name).map(|file| &file.url);
    let script = url(MODULE).zip(url(WASM)).map_or("None".to_owned(), |(module, wasm)| {
        format!("Some(app::Script {{ module: {module:?}, wasm: {wasm:?} }})")
    });
    let [style, font] = [STYLE, FONT].map(|name| url(name).map_or("", String::as_str));
    format!(
        "pub(crate) const BUNDLE: app::Bundle = app::Bundle {{ style: {style:?}, font: {font:?}, script: {script} }};"
    )
}

fn embed(path: &Path, content: &[u8]) -> Result<String> {
    fs::write(path, content)?;
    Ok(format!("include_bytes!({:?})", path.display().to_string()))
}

fn smaller(encoded: Vec<u8>, original: &[u8]) -> Option<Vec<u8>> {
    (encoded.len() < original.len()).then_some(encoded)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    const LARGE: usize = 4 << 20; // an unoptimised bundle: built often, sent to nobody
    let quality = if content.len() < LARGE { 11 } else { 4 };
    let parameters = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    let mut encoded = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut encoded, &parameters)?;
    Ok(encoded)
}
