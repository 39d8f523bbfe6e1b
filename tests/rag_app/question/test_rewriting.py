import pytest

from rag_app.question.rewriting import stand_alone

REVENUE = "What was the net revenue of Pfizer in 2021?"
RECEITA = "Qual foi a receita da Pfizer em 2021?"
BRIDGE = "How long is the Alder Bridge?"
PONTE = "Qual é o comprimento da ponte Amarela?"


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        (REVENUE, "and in 2022?", "What was the net revenue of Pfizer in 2022?"),
        (REVENUE, "What about Amazon?", "What was the net revenue of Amazon in 2021?"),
        (REVENUE, "And Amazon in 2020?", "What was the net revenue of Amazon in 2020?"),
        (REVENUE, "and the gross margin?", "What was the gross margin of Pfizer in 2021?"),
        (REVENUE, "And who is the CEO?", "Who is the CEO (Pfizer)?"),
        ("Who published LoRA?", "and when?", "Who published LoRA: when?"),
        ("Quem publicou a LoRA?", "e quando?", "Quem publicou a LoRA: quando?"),
        (RECEITA, "e em 2022?", "Qual foi a receita da Pfizer em 2022?"),
        (RECEITA, "E a da Amazon?", "Qual foi a receita da Amazon em 2021?"),
        (RECEITA, "E o lucro líquido?", "Qual foi o lucro líquido da Pfizer em 2021?"),
        ("Who published LoRA?", "When was it published?", "When was LoRA published?"),
        ("When was the bridge opened?", "How long is it?", "How long is the bridge?"),
        ("Quem publicou a LoRA?", "Quando ela foi publicada?", "Quando LoRA foi publicada?"),
        ("Quando foi inaugurada a ponte?", "Quanto ela custou?", "Quanto a ponte custou?"),
        ("what is lora?", "and who published it?", "Who published lora?"),
        ("what is lora?", "what about its rank?", "What is lora's rank?"),
        ("What is LoRA?", "and its rank?", "What is LoRA's rank?"),
        ("who is ada lovelace?", "when was she born?", "When was ada lovelace born?"),
        (REVENUE, "and its gross margin?", "What was the gross margin of Pfizer in 2021?"),
        ("o que é lora?", "e quem publicou ela?", "Quem publicou lora?"),
        ("o que é lora?", "e o seu posto?", "Qual é o posto de lora?"),
        ("O que é LoRA?", "e o posto dela?", "Qual é o posto de LoRA?"),
        (RECEITA, "e o seu lucro?", "Qual foi o lucro da Pfizer em 2021?"),
        (REVENUE, "Why is that important?", "Why is the net revenue of Pfizer in 2021 important?"),
        (REVENUE, "What does that mean?", "What does the net revenue of Pfizer in 2021 mean?"),
        ("What is LoRA?", "How does this work in practice?", "How does LoRA work in practice?"),
        (BRIDGE, "How much did this bridge cost?", "How much did Alder Bridge cost?"),
        (
            BRIDGE,
            "Is there a limit to its height over the water in winter?",
            "Is there a limit to Alder Bridge's height over the water in winter?",
        ),
        (PONTE, "Quando a sua construção começou?", "Quando a construção de Amarela começou?"),
        (
            "What is the UK price of the RX-100?",
            "And the RX-150?",
            "What is the UK price of the RX-150?",
        ),
        (
            "Who is Ada Lovelace?",
            "When did she meet Babbage?",
            "When did Ada Lovelace meet Babbage?",
        ),
        (
            "What is the credit if availability falls below 99.5%?",
            "and below 98%?",
            "What is the credit if availability falls below 98%?",
        ),
        ("What is the fee in 2021?", "and since 2022?", "What is the fee since 2022?"),
        (
            "What is the allowance for domestic travel?",
            "and abroad?",
            "What is the allowance abroad?",
        ),
        (
            "Qual é a renda mensal?",
            "e a partir de 2024?",
            "Qual é a renda mensal a partir de 2024?",
        ),
        ("Qual é a taxa sem licença?", "e com licença?", "Qual é a taxa com licença?"),
        (
            "Quem paga as obras estruturais?",
            "e as de conservação corrente?",
            "Quem paga as obras de conservação corrente?",
        ),
        ("Quem é Ana Silva?", "Quando ela entrou na Ford?", "Quando Ana Silva entrou na Ford?"),
    ],
)
def test_a_follow_up_becomes_the_question_that_it_stands_for(before: str, asked: str, meant: str):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        ("What was revenue between 2019 and 2021?", "and in 2022?", "What was revenue in 2022?"),
        ("What was revenue from 2020 to 2021?", "and in 2022?", "What was revenue in 2022?"),
        ("What was revenue in 2019-2021?", "and in 2022?", "What was revenue in 2022?"),
        ("What was revenue in 2019 and 2020?", "2022?", "What was revenue in 2022?"),
        ("Qual foi a receita entre 2019 e 2021?", "e em 2022?", "Qual foi a receita em 2022?"),
        ("Qual foi a receita de 2019 a 2021?", "e em 2022?", "Qual foi a receita em 2022?"),
        (
            "What was revenue in 2021?",
            "and between 2022 and 2023?",
            "What was revenue between 2022 and 2023?",
        ),
        (
            "What was the revenue of Pfizer between 2019 and 2021?",
            "And Amazon in 2022?",
            "What was the revenue of Amazon in 2022?",
        ),
        (
            "What was Pfizer's revenue in 2021?",
            "And its net income?",
            "What was Pfizer's net income in 2021?",
        ),
        (
            "How much revenue did Pfizer report in 2021?",
            "And its net income?",
            "What was Pfizer's net income in 2021?",
        ),
        (
            "What was Pfizer's revenue in 2021?",
            "And its net income in 2020?",
            "What was Pfizer's net income in 2020?",
        ),
        (
            REVENUE,
            "and the gross margin in 2022?",
            "What was the gross margin of Pfizer in 2022?",
        ),
    ],
)
def test_a_period_takes_the_place_of_all_periods_and_stays_otherwise(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        ("What does the drill DX18 cost?", "and the saw?", "What does the saw cost?"),
        ("When does the supply contract start?", "and the lease?", "When does the lease start?"),
        ("Who wrote the annual report?", "and the policy?", "Who wrote the policy?"),
        ("When was the bridge opened?", "and the tunnel?", "When was the tunnel opened?"),
        ("How many pumps were delivered?", "and valves?", "How many valves were delivered?"),
        ("What is the limit for hotels abroad?", "and for meals?", "What is the limit for meals?"),
        ("Quanto custa a furadeira?", "e a bancada?", "Quanto custa a bancada?"),
        ("Quem assinou o contrato?", "e a ata?", "Quem assinou a ata?"),
        ("Qual foi a despesa em abril?", "e em maio?", "Qual foi a despesa em maio?"),
    ],
)
def test_a_thing_takes_the_place_of_the_thing_that_the_verb_is_said_of(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        (
            "Who funded the clean water programme?",
            "When did it end?",
            "When did the clean water programme end?",
        ),
        (
            "When was the old solar plant built?",
            "Who owns it?",
            "Who owns the old solar plant?",
        ),
        ("How much does the old bridge cost?", "Who built it?", "Who built the old bridge?"),
        ("Qual é o aluguel mensal?", "Quando vence?", "Quando vence o aluguel mensal?"),
        ("Quem assinou o contrato?", "Onde foi assinado?", "Onde foi assinado o contrato?"),
        ("O que é LoRA?", "Quem publicou?", "Quem publicou LoRA?"),
        ("O que é LoRA?", "O que é quantização?", "O que é quantização?"),
    ],
)
def test_what_was_asked_about_is_told_whole_and_a_left_out_subject_too(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


COP = "Qual é o COP do compressor C2?"
LIMITE = "Qual é o limite de crédito da Rede Girassol?"
MESTRADO = "Onde Ana Silva fez o mestrado?"


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        ("What is the GDP of France?", "And Germany?", "What is the GDP of Germany?"),
        (
            "What is the GDP of France?",
            "And its population?",
            "What is the population of France?",
        ),
        ("Quem é o CEO da Pfizer?", "E da Moderna?", "Quem é o CEO da Moderna?"),
        (COP, "E o C3?", "Qual é o COP do compressor C3?"),
        (COP, "E sua potência?", "Qual é potência do compressor C2?"),
    ],
)
def test_the_letters_of_a_measure_are_no_part_of_the_name_after_it(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        (COP, "E do compressor C3?", "Qual é o COP do compressor C3?"),
        ("Qual é o preço do lombo?", "E da costela?", "Qual é o preço da costela?"),
        (
            "Qual foi o preço do lombo em 2023?",
            "E da costela?",
            "Qual foi o preço da costela em 2023?",
        ),
        ("Qual é o limite em capitais?", "E nas vilas?", "Qual é o limite nas vilas?"),
        (LIMITE, "E o vendedor?", "Qual é o vendedor da Rede Girassol?"),
        (LIMITE, "E o prazo de pagamento dela?", "Qual é o prazo de pagamento da Rede Girassol?"),
        (
            "What is the rate of return of the fund?",
            "And the fee?",
            "What is the fee of the fund?",
        ),
        (MESTRADO, "E a graduação?", "Onde Ana Silva fez a graduação?"),
    ],
)
def test_a_preposition_is_the_same_with_another_article(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        ("Qual foi o lucro do 3T24?", "E do 3T23?", "Qual foi o lucro do 3T23?"),
        ("Qual foi o lucro do 3T24?", "E a receita?", "Qual foi a receita do 3T24?"),
        (RECEITA, "E de 2023?", "Qual foi a receita da Pfizer em 2023?"),
    ],
)
def test_a_quarter_is_a_period_in_portuguese_too(before, asked, meant):
    assert stand_alone(asked, [before]) == meant


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        ("Quanto custa a ponte?", "Quem a construiu?", "Quem construiu a ponte?"),
        ("Quanto custa a ponte?", "Quem a paga em março?", "Quem paga a ponte em março?"),
        ("Quanto custa a ponte?", "Quando a construíram?", "Quando construíram a ponte?"),
        (MESTRADO, "Que idiomas ela fala?", "Que idiomas Ana Silva fala?"),
        (MESTRADO, "Em que ano?", "Onde Ana Silva fez o mestrado: Em que ano?"),
        ("Posso dividir as férias?", "Quem as aprova?", "Quem aprova as férias?"),
    ],
)
def test_a_word_that_begins_a_question_is_no_name_and_a_pronoun_may_be_an_article(
    before, asked, meant
):
    assert stand_alone(asked, [before]) == meant


def test_each_follow_up_goes_on_from_the_one_before():
    assert (
        stand_alone("And for Best Buy?", [REVENUE, "and in 2022?"])
        == "What was the net revenue of Best Buy in 2022?"
    )


@pytest.mark.parametrize(
    "courtesy",
    ["thanks", "Thank you!", "ok", "OK, thanks.", "obrigado", "Muito obrigada!", "valeu"],
)
def test_a_word_of_thanks_is_no_question(courtesy: str):
    asked = stand_alone("and in 2022?", [REVENUE, courtesy])
    assert asked == "What was the net revenue of Pfizer in 2022?"
    assert stand_alone("and in 2022?", [courtesy]) == "and in 2022?"
    assert stand_alone(courtesy, [REVENUE]) == courtesy


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Which companies are named in the report that mentions Amazon?",
        "Qual é a capital da França e quantos habitantes ela tem?",
        "Quando o museu abriu ao público em Lisboa?",
        "Onde o trem para?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str):
    assert stand_alone(question, [REVENUE]) == question
    assert stand_alone("and in 2022?", []) == "and in 2022?"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("What is LoRA?", "Which methods are there that quantize weights to 4 bits?"),
        ("What is LoRA?", "Who said that the toll rises?"),
        ("Who is Ana Silva?", "When did Rui Paz say that he would leave Ford?"),
        ("Who is Ana Silva?", "Is it true that Ford sold the plant?"),
        ("What is LoRA?", "How much does this city spend on new roads?"),
        ("Who is Ana Silva?", "What is the toll that trucks pay?"),
        (BRIDGE, "How does a city council publish its annual budget online?"),
        (BRIDGE, "Which cities publish their annual budgets of works online?"),
        (BRIDGE, "Is the city publishing its annual budget of public works?"),
        (BRIDGE, "Como uma prefeitura publica o seu orçamento anual de obras?"),
        (PONTE, "Como a prefeitura publica o seu orçamento anual de obras?"),
        (PONTE, "Quais cidades publicam o seu orçamento anual de obras?"),
    ],
)
def test_a_word_that_refers_to_the_question_itself_is_left_alone(before: str, question: str):
    assert stand_alone(question, [before]) == question
