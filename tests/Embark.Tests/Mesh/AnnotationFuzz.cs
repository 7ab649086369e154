using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Ssh;
using Embark.Tests.Planning;

namespace Embark.Tests.Mesh;

/// <summary>
/// Mutated annotation values go through the real door, planner and quoting into a <c>docker</c> that logs its arguments. What is accepted must arrive as
/// exactly the planned words, and nothing else may run. EMBARK_FUZZ sets the number of values; 1000000 is row 43's own.
/// </summary>
public sealed class AnnotationFuzz : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-fuzz-").FullName;

    private static int Values => int.TryParse(Environment.GetEnvironmentVariable("EMBARK_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 5_000;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory(Timeout = 600_000)]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task W43_No_mutated_value_becomes_more_than_a_word(string shell)
    {
        Assert.SkipUnless(File.Exists($"/bin/{shell}") || File.Exists($"/usr/bin/{shell}"), $"needs {shell}");
        var canary = Path.Combine(_folder, "canary");
        var log = Path.Combine(_folder, "log");
        var random = new Random(shell.Length * 7919);
        var script = new StringBuilder($"docker() {{ for word; do printf '%s\\0' \"$word\"; done; printf '\\001'; }}\nexec >'{log}'\n");
        List<string> expected = [];

        for (var i = 0; i < Values; i++)
        {
            var annotation = Annotations.OfWorkloadEntries[random.Next(Annotations.OfWorkloadEntries.Count)].Name;
            var (workload, findings) = EntryFaults.Read(EntryFaults.Entry(a => a[annotation] = Mutated(random, canary)), new() { SshUser = "operator", Join = new() { Force = true } });
            Assert.True(workload is null == findings.Problems.Count > 0);
            if (workload is null || Planned(workload) is not { } plan) continue;
            var words = plan.Steps.OfType<PlanStep.RunContainer>().Single().Container.Command("docker.io/x/y@sha256:0").Skip(1).ToList();
            script.Append("docker ").Append(ShellQuote.Join(words)).Append('\n');
            expected.Add(string.Concat(words.Select(w => $"{w}\0")));
            CheckEnvironment(plan, workload);
        }

        await RunAsync(shell, script.ToString());

        var logged = (await File.ReadAllTextAsync(log)).Split('\u0001')[..^1];
        Assert.Equal(expected, logged);
        Assert.InRange(expected.Count, Values / 100, Values);
        Assert.False(File.Exists(canary), "a value was run as a command");
    }

    private static Plan? Planned(WorkloadEntry workload)
    {
        try
        {
            return Planner.For(GuideExample.Mesh, workload, GuideExample.Empty(DateTimeOffset.UnixEpoch));
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    /// <summary>Each line is a variable that the planner or the checked metadata named.</summary>
    private static void CheckEnvironment(Plan plan, WorkloadEntry workload)
    {
        var text = ((FileContent.Text)plan.Steps.OfType<PlanStep.WriteFile>().First().Content).Value;
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var metadata = (workload.ProxyConfig?["proxyMetadata"] as JsonObject ?? []).Select(p => p.Key).ToHashSet();
        foreach (var line in text[..^1].Split('\n'))
        {
            var name = line.Split('=')[0];
            Assert.True(SidecarEnvironment.Rows.Any(r => r.Name == name) || metadata.Contains(name), line);
        }
    }

    private static string Mutated(Random random, string canary)
    {
        string[] seeds =
        [
            "istio-proxy", "10.128.0.2", "22", "/etc/istio-proxy", "docker.io/istio", "docker.io/istio/proxyv2:1.30.3", "debug", "misc:error,http:debug", "NONE", "true", "vm1.example.com", "2001:db8::5",
            "proxyMetadata:\n  META_A: \"x\"\n", "concurrency: 2\n", "tracing:\n  zipkin:\n    address: zipkin.istio-system:9411\n", "discoveryAddress: a.b.svc:15012\n",
        ];
        string[] barbs =
        [
            ";", "|", "&", "$(", ")", "`", "'", "\"", "\\", "\n", "\r", "\t", "\0", " ", "  ", "-", "--privileged", " -v /:/host", "${IFS}", "$IFS", ">", "<", "*", "?", "~", "#", "=", "!", "%", "@", ":", ",", "..", "/", "//",
            "\u2028", "\u202e", "２", "\u007f", "\u001b[0m", $"$(touch {canary})", $"`touch {canary}`", $";touch {canary};", $"\ntouch {canary}\n", $"' ; touch {canary} ; '", "LD_PRELOAD=/x", "a", "Z", "9", ".", "_", "é", "🚢",
        ];
        var value = new StringBuilder(seeds[random.Next(seeds.Length)]);
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(value.Length + 1);
            if (random.Next(3) == 0 && at < value.Length) value.Remove(at, 1);
            else value.Insert(at, barbs[random.Next(barbs.Length)]);
        }
        return value.ToString();
    }

    private async Task RunAsync(string shell, string script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, "-s") { RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = _folder, StandardInputEncoding = new UTF8Encoding(false) })!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        Assert.Equal("", await error);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
