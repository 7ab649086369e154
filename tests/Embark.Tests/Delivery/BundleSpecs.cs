using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Tests.Planning;

namespace Embark.Tests.Delivery;

/// <summary>What goes to a directory or an archive on the operator's machine.</summary>
public sealed class BundleSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-bundle-").FullName;
    private int _issued;

    private TokenIssuer Issuer => new((wanted, _) =>
    {
        _issued++;
        return Task.FromResult(new ServiceAccountToken(new Secret(Encoding.ASCII.GetBytes(Tokens.Canary)), TimeProvider.System.GetUtcNow() + wanted.Lifetime));
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 30_000)]
    public async Task Directory_has_the_files_with_their_modes_and_nothing_for_others()
    {
        var target = Path.Combine(_folder, "out");

        await ToDirectoryAsync(target);

        Assert.Equal(
            ["0700 bin", "0700 bin/start-istio-proxy.sh", "0750 etc", "0640 etc/sidecar.env", "0640 etc/istio-ca.pem", "0700 etc/certs", "0640 etc/certs/root-cert.pem", "0640 etc/manifest.json", "0700 etc/tokens", "0600 etc/tokens/istio-token"],
            Tree(target), StringComparer.Ordinal);
        Assert.Equal("0700", File.GetUnixFileMode(target).Octal());
        Assert.Equal(1, _issued);
    }

    [Fact(Timeout = 30_000)]
    public async Task Token_stands_in_its_file_and_nowhere_else()
    {
        var target = Path.Combine(_folder, "out");

        await ToDirectoryAsync(target);

        var holders = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Where(f => File.ReadAllText(f).Contains("CANARY", StringComparison.Ordinal) || File.ReadAllText(f).Contains(Tokens.Canary, StringComparison.Ordinal));
        Assert.Equal([Path.Combine(target, "etc/tokens/istio-token")], holders);
        var manifest = Manifest.Read(await File.ReadAllTextAsync(Path.Combine(target, "etc/manifest.json")))!;
        Assert.Equal(new Secret(Encoding.ASCII.GetBytes(Tokens.Canary)).Sha256, manifest.Token!.Sha256);
        Assert.Matches("^sha256:[0-9a-f]{64}$", manifest.Plan);
    }

    [Fact(Timeout = 30_000)]
    public async Task X111_Archive_is_0600_with_relative_names_of_owner_0()
    {
        var file = Path.Combine(_folder, "out.tgz");

        await ToArchiveAsync(file);

        Assert.Equal("0600", File.GetUnixFileMode(file).Octal());
        var entries = Entries(file);
        Assert.Equal(["etc/", "etc/tokens/", "etc/certs/", "etc/sidecar.env", "etc/istio-ca.pem", "etc/certs/root-cert.pem", "etc/tokens/istio-token", "etc/manifest.json", "bin/", "bin/start-istio-proxy.sh"], entries.Select(e => e.Name));
        Assert.All(entries, e => Assert.Equal((0, 0), (e.Uid, e.Gid)));
        Assert.All(entries, e => Assert.True(e.EntryType is TarEntryType.Directory or TarEntryType.RegularFile, e.Name));
        Assert.Equal("0600", entries.Single(e => e.Name == "etc/tokens/istio-token").Mode.Octal());
    }

    [Fact(Timeout = 30_000)]
    public async Task X111_Existing_targets_and_links_are_refused_and_stay_as_they_are()
    {
        var full = Directory.CreateDirectory(Path.Combine(_folder, "full")).FullName;
        await File.WriteAllTextAsync(Path.Combine(full, "theirs"), "mine");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), full);
        var empty = Directory.CreateDirectory(Path.Combine(_folder, "empty"), (UnixFileMode)0b111_111_111).FullName;
        File.SetUnixFileMode(empty, (UnixFileMode)0b111_111_111);

        Assert.Contains("not empty", (await RefusedAsync(() => ToDirectoryAsync(full))).Message, StringComparison.Ordinal);
        Assert.Contains("symbolic link", (await RefusedAsync(() => ToDirectoryAsync(Path.Combine(_folder, "link")))).Message, StringComparison.Ordinal);
        Assert.Contains("is there already", (await RefusedAsync(() => ToArchiveAsync(Path.Combine(full, "theirs")))).Message, StringComparison.Ordinal);
        Assert.Contains("anybody may replace", (await RefusedAsync(() => ToArchiveAsync(Path.Combine(empty, "a.tgz")))).Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(full, "theirs")));
        Assert.Equal(0, _issued);

        await ToDirectoryAsync(empty);
        Assert.Equal("0700", File.GetUnixFileMode(empty).Octal());
    }

    [Fact(Timeout = 30_000)]
    public async Task E73_A_place_that_cannot_be_written_to_is_class_1()
    {
        var refused = await RefusedAsync(() => ToDirectoryAsync(Path.Combine(_folder, "absent", "out")));

        Assert.Equal(FailureClass.Internal, refused.Failure);
        Assert.Contains("does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("archive")]
    [InlineData("directory")]
    public async Task A_failed_delivery_leaves_nothing_behind(string kind)
    {
        var broken = new TokenIssuer((_, _) => throw new KubernetesException(KubernetesFailure.Unavailable, "the API is down"));

        await Assert.ThrowsAsync<KubernetesException>(() => kind == "archive" ? ToArchiveAsync(Path.Combine(_folder, "a.tgz"), broken) : ToDirectoryAsync(Path.Combine(_folder, "d"), broken));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task Many_vms_have_a_folder_each_and_a_failed_one_is_left_out()
    {
        var calls = 0;
        var second = new TokenIssuer((wanted, token) => ++calls == 2 ? throw new KubernetesException(KubernetesFailure.NotFound, "no such account") : Issuer.IssueAsync(wanted, token));
        var target = Path.Combine(_folder, "all");
        await using (var sink = new DirectorySink(target, second, TimeProvider.System) { Many = true })
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                var delivered = sink.DeliverAsync(PlanOf(name), default);
                if (name == "b") await Assert.ThrowsAsync<KubernetesException>(() => delivered);
                else await delivered;
            }
            await sink.CompleteAsync(default);
        }

        Assert.Equal(["a", "c"], Directory.EnumerateDirectories(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Archive_of_many_vms_takes_them_at_the_same_time()
    {
        var file = Path.Combine(_folder, "all.tgz");
        await using (var sink = new ArchiveSink(file, Issuer, TimeProvider.System) { Many = true })
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (i, token) => await sink.DeliverAsync(PlanOf($"vm-{i}"), token));
            await sink.CompleteAsync(default);
        }

        var entries = Entries(file);
        Assert.Equal(40, entries.Count(e => e.Name.EndsWith("/etc/tokens/istio-token", StringComparison.Ordinal)));
        Assert.Equal(40, _issued);
        Assert.All(entries, e => Assert.StartsWith("vm-", e.Name, StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Tetrate_files_keep_the_names_of_the_guide()
    {
        var file = Path.Combine(_folder, "out.tgz");
        var mesh = GuideExample.Mesh with { KubernetesCa = "-----BEGIN CERTIFICATE-----\nazhz\n-----END CERTIFICATE-----\n" };

        await using (var sink = new ArchiveSink(file, Issuer, TimeProvider.System))
        {
            await sink.DeliverAsync(Planner.For(mesh, Offline(GuideExample.With(new() { Profile = Profile.Tetrate })), null), default);
            await sink.CompleteAsync(default);
        }

        Assert.Equal(["etc/", "etc/sidecar.env", "etc/k8s-ca.pem", "etc/istio-ca.pem", "etc/istio-token", "bin/", "bin/start-istio-proxy.sh"], Entries(file).Select(e => e.Name));
    }

    [Fact(Timeout = 15_000)]
    public void Free_archive_name_has_a_utc_stamp_and_counts_on()
    {
        var now = new DateTimeOffset(2026, 11, 23, 1, 2, 3, TimeSpan.FromHours(2));
        File.WriteAllText(Path.Combine(_folder, "ratings-vm.bookinfo.20261122230203.tgz"), "");

        Assert.Equal(Path.Combine(_folder, "ratings-vm.bookinfo.20261122230204.tgz"), ArchiveSink.FreeName("ratings-vm.bookinfo", _folder, now));
    }

    internal static WorkloadEntry Offline(WorkloadEntry workload) => workload with { Vm = workload.Vm with { Directory = Placeholder.Directory } };

    private static Plan PlanOf(string name) => Planner.For(GuideExample.Mesh, Offline(GuideExample.Workload with { Name = new("bookinfo", name) }), null);

    private async Task ToDirectoryAsync(string target, TokenIssuer? tokens = null)
    {
        await using var sink = new DirectorySink(target, tokens ?? Issuer, TimeProvider.System);
        await sink.DeliverAsync(PlanOf("ratings-vm"), default);
        await sink.CompleteAsync(default);
    }

    private async Task ToArchiveAsync(string target, TokenIssuer? tokens = null)
    {
        await using var sink = new ArchiveSink(target, tokens ?? Issuer, TimeProvider.System);
        await sink.DeliverAsync(PlanOf("ratings-vm"), default);
        await sink.CompleteAsync(default);
    }

    private static Task<EmbarkException> RefusedAsync(Func<Task> act) => Assert.ThrowsAsync<EmbarkException>(act);

    private static IEnumerable<string> Tree(string root) => Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
        .Select(p => (Path: Path.GetRelativePath(root, p), Mode: File.GetUnixFileMode(p).Octal())).OrderBy(p => Order(p.Path)).Select(p => $"{p.Mode} {p.Path}");

    private static int Order(string path) => Array.IndexOf(
        ["bin", "bin/start-istio-proxy.sh", "etc", "etc/sidecar.env", "etc/istio-ca.pem", "etc/certs", "etc/certs/root-cert.pem", "etc/manifest.json", "etc/tokens", "etc/tokens/istio-token"], path);

    private static List<TarEntry> Entries(string file)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var entries = new List<TarEntry>();
        while (tar.GetNextEntry(copyData: true) is { } entry) entries.Add(entry);
        return entries;
    }
}
