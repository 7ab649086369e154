using System.Text;

namespace Embark.Mesh;

/// <summary>The annotations that Embark reads, told for people; made from the table that checks them.</summary>
public static class AnnotationHelp
{
    /// <summary>All annotations with meaning and default.</summary>
    public static string Text()
    {
        var text = new StringBuilder();
        Section("Annotations of a WorkloadEntry (an annotation beats a flag, a flag beats a default)", Annotations.OfWorkloadEntries);
        text.Append('\n');
        Section("Annotations of the namespace of istiod", Annotations.OfSystemNamespace);
        return text.ToString();

        void Section(string title, IReadOnlyList<Annotation> annotations)
        {
            text.Append(title).Append(":\n");
            foreach (var annotation in annotations)
                text.Append($"\n  {annotation.Name}\n      {annotation.Meaning}\n      default: {annotation.Default}\n      must be {annotation.Grammar.Description}\n");
        }
    }

    /// <summary>The same as a page of the documentation.</summary>
    public static string Page()
    {
        var text = new StringBuilder("""
            # Annotations

            An annotation beats a flag, a flag beats a default. What is not well-formed is refused before anything is connected to, everything at once. Values
            have at most 4,096 characters, `proxy.istio.io/config` at most 32,768, and no control characters. An operator's policy can narrow further what
            WorkloadEntries may ask for.

            Made from the table that checks them: `EMBARK_UPDATE_GOLDEN=1 ./test Embark.Tests` writes this page.

            """);
        Section("On a WorkloadEntry", Annotations.OfWorkloadEntries);
        Section("On the Namespace of istiod", Annotations.OfSystemNamespace);
        return text.ToString();

        void Section(string title, IReadOnlyList<Annotation> annotations)
        {
            text.Append($"\n## {title}\n\n| Annotation | Sets | Default | Must be |\n|---|---|---|---|\n");
            foreach (var annotation in annotations)
                text.Append($"| `{annotation.Name}` | {annotation.Meaning} | {annotation.Default} | {annotation.Grammar.Description} |\n");
        }
    }
}
