namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Files for a VM that is not reached by SSH.</summary>
public sealed class Bundles(World world) : IClassFixture<World>
{
    [Fact(Timeout = 180_000)]
    public async Task Folder_holds_the_files_and_a_start_script()
    {
        world.Need();
        var folder = Path.Combine(world.Home, "bundle");
        var run = await world.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--output-dir", folder);

        run.ShouldEndWith(0);
        Assert.Contains($"Generated files have been saved to the directory `{folder}`", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "etc/tokens/istio-token")));
        Assert.True(File.Exists(Path.Combine(folder, "bin/start-istio-proxy.sh")));
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--output-dir", folder)).ShouldEndWith(1);
    }

    [Fact(Timeout = 180_000)]
    public async Task Archive_is_the_owners_alone_and_a_refused_entry_leaves_none()
    {
        world.Need();
        var file = Path.Combine(world.Home, "bundle.tgz");
        var run = await world.EmbarkAsync("join", "--all", "-n", "bookinfo", "--output-file", file);

        run.ShouldEndWith(0);
        Assert.Contains($"Generated files have been saved into the TGZ archive `{file}`", run.Error, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var other = Path.Combine(world.Home, "none.tgz");
        (await world.EmbarkAsync("join", "no-such.bookinfo", "--output-file", other)).ShouldEndWith(5);
        Assert.DoesNotContain(Directory.EnumerateFiles(world.Home, "*none*"), _ => true);
    }
}
