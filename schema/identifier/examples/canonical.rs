//! `kind,value` lines on standard input, canonical forms as JSON lines on standard output.

use std::io;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let region = std::env::args().nth(1).map(|region| region.parse()).transpose()?;
    lianfang_identifier::canonical_jsonl(io::stdin().lock(), io::stdout().lock(), region)?;
    Ok(())
}
