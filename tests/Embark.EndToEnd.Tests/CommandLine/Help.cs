using System.Diagnostics;

namespace Embark.EndToEnd.Tests.CommandLine;

/// <summary>Help, version and completion.</summary>
public sealed class Help
{
    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("join --help")]
    [InlineData("x sidecar-bootstrap -h")]
    [InlineData("leave --help")]
    [InlineData("trust --help")]
    [InlineData("prepare --help")]
    [InlineData("new --help")]
    [InlineData("firewall --help")]
    [InlineData("check --help")]
    [InlineData("hosts --help")]
    [InlineData("topology --help")]
    [InlineData("metrics --help")]
    public async Task Goes_to_standard_output_with_examples(string arguments)
    {
        var run = await EmbarkProgram.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        run.ShouldEndWith(0);
        Assert.Contains("Examples:\n  embark ", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("json", "\"version\": \"")]
    [InlineData("yaml", "version: \"")]
    [InlineData("table", "embark ")]
    public async Task Version_comes_in_the_format_asked_for(string format, string text)
    {
        var run = await EmbarkProgram.RunAsync("version", "-o", format);

        run.ShouldEndWith(0);
        Assert.Contains(text, run.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Called_as_a_kubectl_plugin_it_names_itself_so()
    {
        var plugin = Path.Combine(AppContext.BaseDirectory, "kubectl-embark");
        File.Delete(plugin);
        File.CreateSymbolicLink(plugin, "Embark.Cli");
        using var process = Process.Start(new ProcessStartInfo(plugin, ["join", "--help"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var run = await EmbarkProgram.FinishAsync(process);

        run.ShouldEndWith(0);
        Assert.Contains("kubectl embark join", run.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "-n")]
    public async Task Completion_script_is_good_for_its_shell(string shell, string check)
    {
        var script = await EmbarkProgram.RunAsync("completion", shell);
        script.ShouldEndWith(0);
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)))) Assert.Skip($"needs {shell}");

        using var process = Process.Start(new ProcessStartInfo(shell, [check]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(script.Output);
        process.StandardInput.Close();
        var run = await EmbarkProgram.FinishAsync(process);

        run.ShouldEndWith(0);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("jo", "join\n")]
    [InlineData("topo", "topology\n")]
    [InlineData("metrics|ratings|--con", "--context\n--controller\n")]
    [InlineData("sandbox|u", "up\n")]
    [InlineData("join|a|--profile|", "modern\ntetrate\n")]
    [InlineData("join|--output-", "--output-dir\n--output-file\n")]
    public async Task Completion_offers_what_fits(string words, string offered)
    {
        var run = await EmbarkProgram.RunAsync(["__complete", .. words.Split('|')]);

        run.ShouldEndWith(0);
        Assert.Equal(offered, run.Output);
    }
}
