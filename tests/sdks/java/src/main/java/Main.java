import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK for Java, version 2, with its defaults, on the gateway that the environment names. Exits 0 if all went well. */
public final class Main {
    private static final String SMALL = "a/small +&ü";
    private static final String BUCKET = System.getenv("S3_BUCKET");
    private static final URI ENDPOINT = URI.create(System.getenv("S3_ENDPOINT"));
    private static final StaticCredentialsProvider KEYS = StaticCredentialsProvider.create(
        AwsBasicCredentials.create(System.getenv("S3_ACCESS_KEY"), System.getenv("S3_SECRET_KEY")));

    private final S3Client s3 = S3Client.builder().endpointOverride(ENDPOINT).region(Region.US_EAST_1)
        .credentialsProvider(KEYS).forcePathStyle(true).build();

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not as expected: " + what);
        }
    }

    private byte[] get(String key, String version) {
        return s3.getObjectAsBytes(request -> request.bucket(BUCKET).key(key).versionId(version)).asByteArray();
    }

    private String put(String key, String text) {
        return s3.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromString(text)).versionId();
    }

    private void small() {
        s3.putObject(request -> request.bucket(BUCKET).key(SMALL).contentType("text/x-odd").metadata(Map.of("colour", "blue"))
            .checksumAlgorithm(ChecksumAlgorithm.SHA256), RequestBody.fromString("some bytes"));
        check(Arrays.equals(get(SMALL, null), "some bytes".getBytes(StandardCharsets.UTF_8)), "the small object");
        var head = s3.headObject(request -> request.bucket(BUCKET).key(SMALL).checksumMode(ChecksumMode.ENABLED));
        check(head.contentType().equals("text/x-odd") && head.metadata().get("colour").equals("blue")
            && head.checksumSHA256() != null, "its headers: " + head);
        try {
            get("nothing", null);
            check(false, "a missing key is there");
        } catch (NoSuchKeyException expected) {
            check(expected.statusCode() == 404, "its status");
        }
    }

    /** By the asynchronous client, which splits what it is given by itself. */
    private void multipart() {
        byte[] large = new byte[20 << 20];
        new Random(1).nextBytes(large);
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (S3AsyncClient parts = S3AsyncClient.builder().endpointOverride(ENDPOINT).region(Region.US_EAST_1)
                .credentialsProvider(KEYS).forcePathStyle(true).multipartEnabled(true).build()) {
            parts.putObject(request -> request.bucket(BUCKET).key("large"),
                AsyncRequestBody.fromInputStream(new ByteArrayInputStream(large), null, reader)).join();
        } finally {
            reader.shutdown();
        }
        check(s3.headObject(request -> request.bucket(BUCKET).key("large")).eTag().contains("-"), "an ETag of parts");
        check(Arrays.equals(get("large", null), large), "the object in parts");
        s3.copyObject(request -> request.sourceBucket(BUCKET).sourceKey("large").destinationBucket(BUCKET)
            .destinationKey("b/copy"));
        check(Arrays.equals(get("b/copy", null), large), "the copy");
    }

    private void listing() {
        var page = s3.listObjectsV2(request -> request.bucket(BUCKET).delimiter("/"));
        check(page.contents().size() == 1 && page.commonPrefixes().size() == 2, "the listing: " + page);
    }

    private void tags() {
        Tag tag = Tag.builder().key("colour").value("light blue").build();
        s3.putObjectTagging(request -> request.bucket(BUCKET).key("large").tagging(set -> set.tagSet(tag)));
        var found = s3.getObjectTagging(request -> request.bucket(BUCKET).key("large")).tagSet();
        check(found.equals(List.of(tag)), "the tags: " + found);
    }

    private void presigned() throws IOException {
        try (S3Presigner presigner = S3Presigner.builder().endpointOverride(ENDPOINT).region(Region.US_EAST_1)
                .credentialsProvider(KEYS)
                .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build()).build()) {
            URL url = presigner.presignGetObject(request -> request.signatureDuration(Duration.ofMinutes(1))
                .getObjectRequest(get -> get.bucket(BUCKET).key(SMALL))).url();
            try (var body = url.openStream()) {
                check(new String(body.readAllBytes(), StandardCharsets.UTF_8).equals("some bytes"), "what a presigned URL fetches");
            }
        }
    }

    private void versions() {
        s3.putBucketVersioning(request -> request.bucket(BUCKET)
            .versioningConfiguration(versioning -> versioning.status(BucketVersioningStatus.ENABLED)));
        String first = put("v", "1");
        put("v", "2");
        s3.deleteObject(request -> request.bucket(BUCKET).key("v"));
        check(Arrays.equals(get("v", first), new byte[] {'1'}), "the first version");
        var listing = s3.listObjectVersions(request -> request.bucket(BUCKET).prefix("v"));
        check(listing.versions().size() == 2 && listing.deleteMarkers().size() == 1, "the versions: " + listing);
    }

    private void empty() {
        List<ObjectIdentifier> all = new ArrayList<>();
        var listing = s3.listObjectVersions(request -> request.bucket(BUCKET));
        listing.versions().forEach(item -> all.add(identifier(item.key(), item.versionId())));
        listing.deleteMarkers().forEach(item -> all.add(identifier(item.key(), item.versionId())));
        var gone = s3.deleteObjects(request -> request.bucket(BUCKET).delete(delete -> delete.objects(all)));
        check(gone.deleted().size() == 6 && gone.errors().isEmpty(), "the deletion: " + gone);
        s3.deleteBucket(request -> request.bucket(BUCKET));
    }

    private static ObjectIdentifier identifier(String key, String version) {
        return ObjectIdentifier.builder().key(key).versionId(version).build();
    }

    public static void main(String[] arguments) throws IOException {
        Main test = new Main();
        test.s3.createBucket(request -> request.bucket(BUCKET));
        test.small();
        test.multipart();
        test.listing();
        test.tags();
        test.presigned();
        test.versions();
        test.empty();
    }
}
