// The AWS SDK for Go, version 2, with its defaults, on the gateway that the environment names. Exits 0 if all went well.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

var (
	ctx    = context.Background()
	bucket = aws.String(os.Getenv("S3_BUCKET"))
	client *s3.Client
)

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}

func check(holds bool, what string, values ...any) {
	if !holds {
		fail("not as expected: "+what, values...)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func randomBytes(size int) []byte {
	data := make([]byte, size)
	must(rand.Read(data))
	return data
}

func get(key, version string) []byte {
	input := &s3.GetObjectInput{Bucket: bucket, Key: &key}
	if version != "" {
		input.VersionId = &version
	}
	answer := must(client.GetObject(ctx, input))
	defer answer.Body.Close()
	return must(io.ReadAll(answer.Body))
}

func objects() {
	small := []byte("some bytes")
	must(client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("a/small +&ü"), Body: bytes.NewReader(small),
		ContentType: aws.String("text/x-odd"), Metadata: map[string]string{"colour": "blue"},
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256}))
	check(bytes.Equal(get("a/small +&ü", ""), small), "the small object")
	head := must(client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("a/small +&ü"),
		ChecksumMode: types.ChecksumModeEnabled}))
	check(*head.ContentType == "text/x-odd" && head.Metadata["colour"] == "blue" && head.ChecksumSHA256 != nil, "its headers")

	// Without a length that the SDK could ask for, and so in parts.
	large := randomBytes(11 << 20)
	uploader := manager.NewUploader(client)
	must(uploader.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("large"),
		Body: io.MultiReader(bytes.NewReader(large))}))
	back := manager.NewWriteAtBuffer(nil)
	must(manager.NewDownloader(client).Download(ctx, back, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("large")}))
	check(bytes.Equal(back.Bytes(), large), "the object in parts")

	must(client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("b/copy"),
		CopySource: aws.String(*bucket + "/large")}))
	check(bytes.Equal(get("b/copy", ""), large), "the copy")

	page := must(client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Delimiter: aws.String("/")}))
	check(len(page.Contents) == 1 && len(page.CommonPrefixes) == 2, "the listing: %v %v", page.Contents, page.CommonPrefixes)

	var missing *types.NoSuchKey
	_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("nothing")})
	check(errors.As(err, &missing), "the error of a missing key: %v", err)
}

func tags() {
	must(client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: bucket, Key: aws.String("large"),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("colour"), Value: aws.String("light blue")}}}}))
	found := must(client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: aws.String("large")}))
	check(len(found.TagSet) == 1 && *found.TagSet[0].Value == "light blue", "the tags: %v", found.TagSet)
}

func presigned() {
	request := must(s3.NewPresignClient(client).PresignGetObject(ctx,
		&s3.GetObjectInput{Bucket: bucket, Key: aws.String("a/small +&ü")}, s3.WithPresignExpires(time.Minute)))
	answer := must(http.Get(request.URL))
	defer answer.Body.Close()
	check(string(must(io.ReadAll(answer.Body))) == "some bytes", "what a presigned URL fetches: %s", answer.Status)
}

func versions() {
	must(client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}))
	first := must(client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("v"), Body: bytes.NewReader([]byte("1"))}))
	must(client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("v"), Body: bytes.NewReader([]byte("2"))}))
	must(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("v")}))
	check(string(get("v", *first.VersionId)) == "1", "the first version")
	listing := must(client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: aws.String("v")}))
	check(len(listing.Versions) == 2 && len(listing.DeleteMarkers) == 1, "the versions: %v", listing.Versions)
}

func empty() {
	listing := must(client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: bucket}))
	var all []types.ObjectIdentifier
	for _, version := range listing.Versions {
		all = append(all, types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
	}
	for _, marker := range listing.DeleteMarkers {
		all = append(all, types.ObjectIdentifier{Key: marker.Key, VersionId: marker.VersionId})
	}
	gone := must(client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: all}}))
	check(len(gone.Deleted) == 6 && len(gone.Errors) == 0, "the deletion: %v", gone.Errors)
	must(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
}

func main() {
	settings := must(config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithCredentialsProvider(
		credentials.NewStaticCredentialsProvider(os.Getenv("S3_ACCESS_KEY"), os.Getenv("S3_SECRET_KEY"), ""))))
	client = s3.NewFromConfig(settings, func(options *s3.Options) {
		options.BaseEndpoint = aws.String(os.Getenv("S3_ENDPOINT"))
		options.UsePathStyle = true
	})
	must(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}))
	objects()
	tags()
	presigned()
	versions()
	empty()
}
