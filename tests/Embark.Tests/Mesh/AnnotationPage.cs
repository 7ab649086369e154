using Embark.Mesh;
using Embark.Tests.House;

namespace Embark.Tests.Mesh;

/// <summary>Check, help and page come from one table.</summary>
public sealed class AnnotationPage
{
    private static string Page => Path.Combine(Checkout.Root, "docs", "guide", "annotations.md");

    [Fact(Timeout = 15_000)]
    public void Page_says_what_the_table_checks()
    {
        if (Environment.GetEnvironmentVariable("EMBARK_UPDATE_GOLDEN") == "1") File.WriteAllText(Page, AnnotationHelp.Page());

        Assert.Equal(AnnotationHelp.Page(), File.ReadAllText(Page));
    }

    [Fact(Timeout = 15_000)]
    public void Help_names_every_annotation_with_its_default_and_grammar() => Assert.All(
        Annotations.OfWorkloadEntries.Concat(Annotations.OfSystemNamespace),
        a => Assert.Contains($"  {a.Name}\n      {a.Meaning}\n      default: {a.Default}\n      must be {a.Grammar.Description}\n", AnnotationHelp.Text(), StringComparison.Ordinal));
}
