using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Docker.Registry;

/// <summary>
/// <c>embark-sandbox registry</c>: the pulling half of the registry protocol, as a mirror for a real engine on the VM. It offers the
/// same images as the stand-in (see <see cref="ImageStore"/>), all on one layer.
/// Source: the OCI distribution specification, pull.
/// </summary>
internal static class RegistryServer
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    private const string ConfigType = "application/vnd.docker.container.image.v1+json";
    private const string LayerType = "application/vnd.docker.image.rootfs.diff.tar";

    public static async Task<int> RunAsync(IPEndPoint listen, string layerFile, CancellationToken cancellationToken)
    {
        var layer = await ImageLayer.MakeAsync(layerFile, cancellationToken);
        var blobs = new Dictionary<string, byte[]>();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(listen));
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, layer, blobs));
        await app.StartAsync(cancellationToken);
        Console.WriteLine($"registry listening on {listen}");
        await cancellationToken.WhenCancelled();
        return 0;
    }

    private static async Task AnswerAsync(HttpContext context, ImageLayer layer, Dictionary<string, byte[]> blobs)
    {
        var path = (context.Request.Path.Value ?? "").Trim('/').Split('/');
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        switch (path)
        {
            case ["v2"]:
                await SendAsync(context, "application/json", "{}"u8.ToArray(), null);
                return;
            case ["v2", .. var name, "manifests", var reference]:
                if (Find(string.Join('/', name), reference, layer, blobs) is { } digest)
                    await SendAsync(context, ManifestType, blobs[digest], digest);
                else
                    await RefuseAsync(context, "MANIFEST_UNKNOWN", "manifest unknown");
                return;
            case ["v2", .., "blobs", var wanted] when wanted == layer.Digest:
                context.Response.ContentType = "application/octet-stream";
                context.Response.ContentLength = layer.Size;
                if (!HttpMethods.IsHead(context.Request.Method))
                    await context.Response.SendFileAsync(layer.File, context.RequestAborted);
                return;
            case ["v2", .., "blobs", var wanted] when Blob(blobs, wanted) is { } blob:
                await SendAsync(context, "application/octet-stream", blob, wanted);
                return;
            default:
                await RefuseAsync(context, "BLOB_UNKNOWN", "blob unknown to registry");
                return;
        }
    }

    // Manifests are made when they are asked for, so that every tag exists; by digest only those that were made.
    private static string? Find(string repository, string reference, ImageLayer layer, Dictionary<string, byte[]> blobs)
    {
        if (reference.StartsWith("sha256:", StringComparison.Ordinal))
            return Blob(blobs, reference) is null ? null : reference;
        if (ImageStore.Offer(new(repository, reference, null), Faults.Read()) is not { } image)
            return null;
        // The stand-in has a script for this one; the layer has none.
        var entrypoint = image.Entrypoint is ["/usr/local/bin/ratings"] ? ["/usr/local/bin/pilot-agent", "app", "ratings", "--listen", "0.0.0.0:9080"] : image.Entrypoint;
        var config = new JsonObject
        {
            ["architecture"] = image.Architecture,
            ["os"] = "linux",
            ["created"] = "2026-01-01T00:00:00Z",
            ["config"] = new JsonObject
            {
                ["Env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DOTNET_ROOT=/opt/dotnet"),
                ["Entrypoint"] = entrypoint.Count == 0 ? null : new JsonArray([.. entrypoint.Select(word => (JsonNode)word)]),
                ["Cmd"] = entrypoint.Count == 0 ? new JsonArray("/bin/sh") : null,
                ["WorkingDir"] = "/",
                ["Labels"] = new JsonObject { ["sandbox.tag"] = reference },
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layer.Digest) },
            ["history"] = new JsonArray(new JsonObject { ["created_by"] = "embark-sandbox" }),
        };
        var configDigest = Keep(blobs, config, out var configSize);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = new JsonObject { ["mediaType"] = ConfigType, ["size"] = configSize, ["digest"] = configDigest },
            ["layers"] = new JsonArray(new JsonObject { ["mediaType"] = LayerType, ["size"] = layer.Size, ["digest"] = layer.Digest }),
        };
        return Keep(blobs, manifest, out _);
    }

    private static string Keep(Dictionary<string, byte[]> blobs, JsonObject value, out int size)
    {
        var bytes = Encoding.UTF8.GetBytes(value.ToJsonString());
        size = bytes.Length;
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (blobs)
            blobs[digest] = bytes;
        return digest;
    }

    private static byte[]? Blob(Dictionary<string, byte[]> blobs, string digest)
    {
        lock (blobs)
            return blobs.GetValueOrDefault(digest);
    }

    private static async Task SendAsync(HttpContext context, string type, byte[] body, string? digest)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (digest is not null)
            context.Response.Headers["Docker-Content-Digest"] = digest;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, string code, string message)
    {
        context.Response.StatusCode = 404;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""", context.RequestAborted);
    }
}
