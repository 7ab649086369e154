using System.Text;

namespace Embark.Tests.Planning;

/// <summary>
/// What a dry run prints, from objects in a cluster to the last byte; a folder is a case. EMBARK_UPDATE_GOLDEN=1 writes what is printed now:
/// then the difference is to be read.
/// </summary>
public sealed class GoldenCases
{
    public static TheoryData<string> Folders => new(GoldenCase.Names);

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Folders))]
    public async Task Dry_run_prints_what_the_case_expects(string folder)
    {
        var golden = new GoldenCase(folder);

        var actual = await golden.RunAsync(TestContext.Current.CancellationToken);

        if (Environment.GetEnvironmentVariable("EMBARK_UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(golden.ExpectedFile, actual);
        var expected = File.Exists(golden.ExpectedFile) ? await File.ReadAllTextAsync(golden.ExpectedFile) : "";
        if (expected != actual) Assert.Fail($"{folder}/expected.txt differs (EMBARK_UPDATE_GOLDEN=1 rewrites it):\n{Difference(expected, actual)}");
    }

    [Fact(Timeout = 15_000)]
    public void There_are_enough_cases() => Assert.True(GoldenCase.Names.Count() >= 25, "at least 25 cases");

    /// <summary>Lines that only one side has, around what is common.</summary>
    private static string Difference(string expected, string actual)
    {
        var (old, now) = (expected.Split('\n'), actual.Split('\n'));
        var start = old.Zip(now).TakeWhile(p => p.First == p.Second).Count();
        var end = old.Skip(start).Reverse().Zip(now.Skip(start).Reverse()).TakeWhile(p => p.First == p.Second).Count();
        var text = new StringBuilder();
        foreach (var line in old[start..^end]) text.Append("- ").AppendLine(line);
        foreach (var line in now[start..^end]) text.Append("+ ").AppendLine(line);
        return text.ToString();
    }
}
