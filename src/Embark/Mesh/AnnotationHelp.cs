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
                text.Append($"\n  {annotation.Name}\n      {annotation.Meaning}\n      default: {annotation.Default}\n");
        }
    }
}
