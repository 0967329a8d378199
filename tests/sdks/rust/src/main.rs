//! The AWS SDK for Rust, with its defaults, on the gateway that the environment names. Exits 0 if all went well.

use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, Delete,
    ObjectIdentifier, Tag, Tagging, VersioningConfiguration,
};
use aws_sdk_s3::{Client, Config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SMALL: &str = "a/small +&ü";
const PART: usize = 5 << 20;

struct Test {
    client: Client,
    bucket: String,
}

fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// Bytes of which no two blocks are alike.
fn bytes(size: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}

impl Test {
    async fn get(&self, key: &str, version: Option<String>) -> Outcome<Vec<u8>> {
        let answer = self.client.get_object().bucket(&self.bucket).key(key).set_version_id(version).send().await?;
        Ok(answer.body.collect().await?.to_vec())
    }

    async fn put(&self, key: &str, body: &'static [u8]) -> Outcome<Option<String>> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).body(ByteStream::from_static(body));
        Ok(put.send().await?.version_id)
    }

    async fn small(&self) -> Outcome<()> {
        let put = self.client.put_object().bucket(&self.bucket).key(SMALL).body(ByteStream::from_static(b"some bytes"));
        put.content_type("text/x-odd").metadata("colour", "blue").checksum_algorithm(ChecksumAlgorithm::Sha256).send().await?;
        assert_eq!(self.get(SMALL, None).await?, b"some bytes");
        let head = self.client.head_object().bucket(&self.bucket).key(SMALL).checksum_mode(ChecksumMode::Enabled);
        let head = head.send().await?;
        assert_eq!((head.content_type(), head.metadata().unwrap()["colour"].as_str()), (Some("text/x-odd"), "blue"));
        assert!(head.checksum_sha256().is_some());
        let missing = self.client.get_object().bucket(&self.bucket).key("nothing").send().await.unwrap_err();
        assert!(missing.into_service_error().is_no_such_key());
        Ok(())
    }

    async fn multipart(&self) -> Outcome<()> {
        let large = bytes(2 * PART + 1000);
        let upload = self.client.create_multipart_upload().bucket(&self.bucket).key("large").send().await?;
        let id = upload.upload_id().unwrap();
        let mut parts = CompletedMultipartUpload::builder();
        for (number, piece) in (1..).zip(large.chunks(PART)) {
            let part = self.client.upload_part().bucket(&self.bucket).key("large").upload_id(id).part_number(number);
            let part = part.body(ByteStream::from(piece.to_vec())).send().await?;
            let done = CompletedPart::builder().part_number(number).set_e_tag(part.e_tag);
            parts = parts.parts(done.set_checksum_crc32(part.checksum_crc32).build());
        }
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key("large").upload_id(id);
        let etag = complete.multipart_upload(parts.build()).send().await?.e_tag.unwrap();
        assert!(etag.ends_with("-3\""), "{etag}");
        assert!(self.get("large", None).await? == large);
        let source = format!("{}/large", self.bucket);
        self.client.copy_object().bucket(&self.bucket).key("b/copy").copy_source(source).send().await?;
        assert!(self.get("b/copy", None).await? == large);
        Ok(())
    }

    async fn listing(&self) -> Outcome<()> {
        let page = self.client.list_objects_v2().bucket(&self.bucket).delimiter("/").send().await?;
        assert_eq!((page.contents().len(), page.common_prefixes().len()), (1, 2));
        Ok(())
    }

    async fn tags(&self) -> Outcome<()> {
        let tag = Tag::builder().key("colour").value("light blue").build()?;
        let tagging = Tagging::builder().tag_set(tag.clone()).build()?;
        self.client.put_object_tagging().bucket(&self.bucket).key("large").tagging(tagging).send().await?;
        let found = self.client.get_object_tagging().bucket(&self.bucket).key("large").send().await?;
        assert_eq!(found.tag_set(), [tag]);
        Ok(())
    }

    async fn presigned(&self) -> Outcome<()> {
        let lifetime = PresigningConfig::expires_in(Duration::from_secs(60))?;
        let request = self.client.get_object().bucket(&self.bucket).key(SMALL).presigned(lifetime).await?;
        let (host, target) = request.uri().strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut connection = tokio::net::TcpStream::connect(host).await?;
        let head = format!("GET /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nsome bytes"), "{answer}");
        Ok(())
    }

    async fn versions(&self) -> Outcome<()> {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        self.client.put_bucket_versioning().bucket(&self.bucket).versioning_configuration(enabled).send().await?;
        let first = self.put("v", b"1").await?;
        self.put("v", b"2").await?;
        self.client.delete_object().bucket(&self.bucket).key("v").send().await?;
        assert_eq!(self.get("v", first).await?, b"1");
        let listing = self.client.list_object_versions().bucket(&self.bucket).prefix("v").send().await?;
        assert_eq!((listing.versions().len(), listing.delete_markers().len()), (2, 1));
        Ok(())
    }

    async fn empty(&self) -> Outcome<()> {
        let listing = self.client.list_object_versions().bucket(&self.bucket).send().await?;
        let versions = listing.versions().iter().map(|item| (item.key().unwrap(), item.version_id().unwrap()));
        let markers = listing.delete_markers().iter().map(|item| (item.key().unwrap(), item.version_id().unwrap()));
        let mut delete = Delete::builder();
        for (key, version) in versions.chain(markers) {
            delete = delete.objects(ObjectIdentifier::builder().key(key).version_id(version).build()?);
        }
        let gone = self.client.delete_objects().bucket(&self.bucket).delete(delete.build()?).send().await?;
        assert_eq!((gone.deleted().len(), gone.errors().len()), (6, 0));
        self.client.delete_bucket().bucket(&self.bucket).send().await?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let keys = Credentials::new(environment("S3_ACCESS_KEY"), environment("S3_SECRET_KEY"), None, None, "test");
    let settings = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("us-east-1"));
    let settings = settings.credentials_provider(keys).endpoint_url(environment("S3_ENDPOINT")).force_path_style(true).build();
    let test = Test { client: Client::from_conf(settings), bucket: environment("S3_BUCKET") };
    test.client.create_bucket().bucket(&test.bucket).send().await?;
    test.small().await?;
    test.multipart().await?;
    test.listing().await?;
    test.tags().await?;
    test.presigned().await?;
    test.versions().await?;
    test.empty().await
}
