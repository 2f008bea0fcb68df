#![no_main]
//! A shard table: the body's length (8 bytes), then the table, whose hash the head names as any publisher could sign it.

use lianfang_digest::{BodyRef, ShardTable};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((length, table)) = input.split_first_chunk() else {
        return;
    };
    let length = u64::from_be_bytes(*length);
    let body = BodyRef { length, sha256: [0; 32], shard_table: lianfang_encoding::sha256(table) };
    if let Ok(parsed) = ShardTable::parse(&body, table) {
        assert_eq!(parsed.to_bytes(), table);
        let total: u64 = (0..parsed.shards()).map(|index| parsed.shard_length(index) as u64).sum();
        assert_eq!(total, length);
    }
});
