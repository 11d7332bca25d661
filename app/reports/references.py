"""The literature that a report's methods rest on."""

from collections.abc import Iterable

_ALL = {
    "Bang et al., 2004": "Bang, H., Ni, L. and Davis, C. E. (2004). Assessment of blinding in "
    "clinical trials. Controlled Clinical Trials 25, 143–156.",
    "Bradley and Terry, 1952": "Bradley, R. A. and Terry, M. E. (1952). Rank analysis of "
    "incomplete block designs: I. The method of paired comparisons. Biometrika 39, 324–345.",
    "Clopper and Pearson, 1934": "Clopper, C. J. and Pearson, E. S. (1934). The use of confidence "
    "or fiducial limits illustrated in the case of the binomial. Biometrika 26, 404–413.",
    "Davidson, 1970": "Davidson, R. R. (1970). On extending the Bradley-Terry model to accommodate "
    "ties in paired comparison experiments. Journal of the American Statistical Association 65, "
    "317–328.",
    "Ford, 1957": "Ford, L. R. (1957). Solution of a ranking problem from binary comparisons. "
    "American Mathematical Monthly 64 (8, part 2), 28–33.",
    "Ghosh et al., 2024": "Ghosh, S., Evuru, C. K. R., Kumar, S., Ramaneswaran, S., Aneja, D., "
    "Jin, Z., Duraiswami, R. and Manocha, D. (2024). A closer look at the limitations of "
    "instruction tuning. ICML 2024, arXiv:2402.05119.",
    "Hesterberg, 2015": "Hesterberg, T. C. (2015). What teachers should know about the bootstrap: "
    "resampling in the undergraduate statistics curriculum. The American Statistician 69, 371–386.",
    "James et al., 1996": "James, K. E., Bloch, D. A., Lee, K. K., Kraemer, H. C. and "
    "Fuller, R. K. (1996). An index for assessing blindness in a multi-centre clinical trial: "
    "disulfiram for alcohol cessation – a VA cooperative study. Statistics in Medicine 15, "
    "1421–1434.",
    "Kline and Santos, 2012": "Kline, P. and Santos, A. (2012). A score based approach to wild "
    "bootstrap inference. Journal of Econometric Methods 1, 23–41.",
    "Krippendorff, 2011": "Krippendorff, K. (2011). Computing Krippendorff’s alpha-reliability. "
    "Annenberg School for Communication, University of Pennsylvania.",
    "Lewis and Gale, 1994": "Lewis, D. D. and Gale, W. A. (1994). A sequential algorithm for "
    "training text classifiers. Proceedings of SIGIR 1994, 3–12.",
    "Li et al., 2024": "Li, T., Angelopoulos, A. and Chiang, W.-L. (2024). Does style matter? "
    "Disentangling style and substance in Chatbot Arena. LMSYS, August 2024.",
    "Lin et al., 2023": "Lin, B. Y., Ravichander, A., Lu, X., Dziri, N., Sclar, M., Chandu, K., "
    "Bhagavatula, C. and Choi, Y. (2023). The unlocking spell on base LLMs: rethinking alignment "
    "via in-context learning. arXiv:2312.01552.",
    "MacKinnon and White, 1985": "MacKinnon, J. G. and White, H. (1985). Some "
    "heteroskedasticity-consistent covariance matrix estimators with improved finite sample "
    "properties. Journal of Econometrics 29, 305–325.",
    "Panickssery et al., 2024": "Panickssery, A., Bowman, S. R. and Feng, S. (2024). LLM "
    "evaluators recognize and favor their own generations. NeurIPS 2024, arXiv:2404.13076.",
    "Wilson, 1927": "Wilson, E. B. (1927). Probable inference, the law of succession, and "
    "statistical inference. Journal of the American Statistical Association 22, 209–212.",
    "Wolter, 2007": "Wolter, K. M. (2007). Introduction to Variance Estimation, second edition. "
    "Springer.",
    "Zou and Donner, 2008": "Zou, G. Y. and Donner, A. (2008). Construction of confidence limits "
    "about effect measures: a general approach. Statistics in Medicine 27, 1693–1702.",
}


def cited(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that the texts name, by author."""
    together = " ".join(texts)
    return tuple(entry for name, entry in _ALL.items() if name in together)
